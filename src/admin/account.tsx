import type { FastifyRequest } from "fastify";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { renderSVG } from "uqr";
import { z } from "zod";
import { FormRefusal, TextField } from "./fields.tsx";
import { type FormProblems, readForm } from "./forms.ts";
import { headersOf, visitorOf } from "./guard.ts";
import { newPassword } from "./invitation.tsx";
import { Page } from "./layout.tsx";
import type { AdminParts } from "./parts.ts";
import { ACCOUNT } from "./paths.ts";
import { localText, Notice, Press, Row, Table } from "./pieces.tsx";
import { keepPrivate, passCookies, sendPage } from "./send.ts";

const passwordForm = z.object({ current: z.string("is needed").max(128), password: newPassword });
const confirmForm = z.object({ confirm: z.string("is needed").max(128) });
const codeForm = z.object({ code: z.string("is needed").trim().max(12) });
const sessionForm = z.object({ session: z.string().max(100) });

const WRONG = "is not your password";

/** One of somebody's sessions. */
interface Session {
  id: string;
  since: Date;
  agent: string | null;
  own: boolean;
}

/** What somebody does with their own account: password, second factor, sessions. */
export const accountRoutes: FastifyPluginCallbackZod<AdminParts> = (server, parts, done) => {
  const { accounts, tries } = parts;

  server.route({
    method: "GET",
    url: "/account",
    config: { staff: "signed in" },
    async handler(request, reply) {
      const sessions = await sessionsOf(headersOf(request));
      return sendPage(reply, <Account request={request} sessions={sessions} />);
    },
  });

  server.route({
    method: "POST",
    url: "/account/password",
    config: { staff: "signed in" },
    async handler(request, reply) {
      const read = readForm(passwordForm, request.body);
      const again = async (problems: FormProblems) => {
        const sessions = await sessionsOf(headersOf(request));
        const page = <Account request={request} sessions={sessions} problems={problems} />;
        return sendPage(reply.code(422), page);
      };
      if ("problems" in read) return again(read.problems);
      const { current: currentPassword, password } = read.value;
      const { id, email } = visitorOf(request);
      const answer = await tries.of(email, () =>
        accounts.api.changePassword({
          body: { currentPassword, newPassword: password, revokeOtherSessions: true },
          headers: headersOf(request),
          asResponse: true,
        }),
      );
      if (!answer.ok) return again({ current: WRONG });
      await accounts.closeResets(id);
      passCookies(reply, answer);
      return keepPrivate(reply).redirect(ACCOUNT, 303);
    },
  });

  server.route({
    method: "POST",
    url: "/account/factor",
    config: { staff: "signed in" },
    async handler(request, reply) {
      const visitor = visitorOf(request);
      const read = readForm(confirmForm, request.body);
      const again = async (problems: FormProblems) => {
        const sessions = await sessionsOf(headersOf(request));
        const page = <Account request={request} sessions={sessions} problems={problems} />;
        return sendPage(reply.code(422), page);
      };
      if ("problems" in read) return again(read.problems);
      const asked = { body: { password: read.value.confirm }, headers: headersOf(request) };
      if (visitor.twoFactor) {
        const answer = await tries.of(visitor.email, () =>
          accounts.api.disableTwoFactor({ ...asked, asResponse: true }),
        );
        if (!answer.ok) return again({ confirm: WRONG });
        passCookies(reply, answer);
        return keepPrivate(reply).redirect(ACCOUNT, 303);
      }
      const answer = await tries.of(visitor.email, () =>
        accounts.api.enableTwoFactor({ ...asked, asResponse: true }),
      );
      if (!answer.ok) return again({ confirm: WRONG });
      const secret = z.object({ totpURI: z.string(), backupCodes: z.array(z.string()) });
      const { totpURI, backupCodes } = secret.parse(await answer.json());
      return sendPage(reply, <Factor request={request} uri={totpURI} codes={backupCodes} />);
    },
  });

  server.route({
    method: "POST",
    url: "/account/factor/code",
    config: { staff: "signed in" },
    async handler(request, reply) {
      const read = readForm(codeForm, request.body);
      const again = (problems: FormProblems) =>
        sendPage(reply.code(422), <Factor request={request} problems={problems} />);
      if ("problems" in read) return again(read.problems);
      const code = read.value.code.replaceAll(/\s/g, "");
      const headers = headersOf(request);
      const answer = await accounts.api.verifyTOTP({ body: { code }, headers, asResponse: true });
      if (!answer.ok) return again({ code: "is not right, or has run out; take the newest one" });
      passCookies(reply, answer);
      return keepPrivate(reply).redirect(ACCOUNT, 303);
    },
  });

  server.route({
    method: "POST",
    url: "/account/sessions",
    config: { staff: "signed in" },
    async handler(request, reply) {
      const headers = headersOf(request);
      const read = readForm(sessionForm, request.body);
      if ("value" in read) {
        const sessions = await accounts.api.listSessions({ headers });
        const token = sessions.find(({ id }) => id === read.value.session)?.token;
        if (token !== undefined) await accounts.api.revokeSession({ body: { token }, headers });
      }
      return keepPrivate(reply).redirect(ACCOUNT, 303);
    },
  });

  async function sessionsOf(headers: Headers): Promise<Session[]> {
    const own = await accounts.api.getSession({ headers });
    const sessions = await accounts.api.listSessions({ headers });
    return sessions
      .map(({ id, createdAt, userAgent }) => ({
        id,
        since: createdAt,
        agent: userAgent ?? null,
        own: id === own?.session.id,
      }))
      .sort((one, other) => other.since.getTime() - one.since.getTime());
  }

  done();
};

function Account({
  request,
  sessions,
  problems,
}: {
  request: FastifyRequest;
  sessions: Session[];
  problems?: FormProblems;
}) {
  const visitor = visitorOf(request);
  return (
    <Page
      title="Your account"
      place={request.place}
      visitor={visitor}
      current="account"
      width="narrow"
    >
      <p>
        You sign in as <bdi>{visitor.email}</bdi>.
      </p>
      <section aria-labelledby="password">
        <h2 id="password">Password</h2>
        <form method="post" action={`${ACCOUNT}/password`}>
          <FormRefusal problems={problems} />
          <TextField
            name="current"
            label="Present password"
            type="password"
            autocomplete="current-password"
            problems={problems}
            required
          />
          <TextField
            name="password"
            label="New password"
            type="password"
            hint="You are signed out everywhere else by it."
            autocomplete="new-password"
            problems={problems}
            required
          />
          <button type="submit">Change password</button>
        </form>
      </section>
      <section aria-labelledby="factor">
        <h2 id="factor">Second factor</h2>
        <p>
          {visitor.twoFactor
            ? "On: signing in with your password asks for a code of your app, too."
            : "Off: whoever learns your password can sign in as you. An app on your phone prevents that."}
        </p>
        <form method="post" action={`${ACCOUNT}/factor`}>
          <TextField
            name="confirm"
            label="Your password"
            type="password"
            autocomplete="current-password"
            problems={problems}
            required
          />
          <button type="submit" class="secondary">
            {visitor.twoFactor ? "Switch it off" : "Set it up"}
          </button>
        </form>
      </section>
      <section aria-labelledby="sessions">
        <h2 id="sessions">Where you are signed in</h2>
        <Table label="Sessions" head={["Since", "With", { name: "End", holds: "acts" }]}>
          {sessions.map(({ id, since, agent, own }) => (
            <Row key={id}>
              <td>{localText(since, "UTC")} UTC</td>
              <td>
                <bdi>{agent ?? "unknown"}</bdi>
              </td>
              <td>
                {own ? (
                  "this one"
                ) : (
                  <Press action={`${ACCOUNT}/sessions`} label="End" fields={{ session: id }} />
                )}
              </td>
            </Row>
          ))}
        </Table>
      </section>
    </Page>
  );
}

function Factor({
  request,
  uri,
  codes = [],
  problems,
}: {
  request: FastifyRequest;
  uri?: string;
  codes?: string[];
  problems?: FormProblems;
}) {
  const visitor = visitorOf(request);
  const secret = uri === undefined ? null : new URL(uri).searchParams.get("secret");
  return (
    <Page title="Set up your second factor" place={request.place} visitor={visitor} width="narrow">
      {uri !== undefined && (
        <>
          <p>Scan this with an authenticator app, or type its key there.</p>
          {/* Drawn here from the address; nothing of it was typed by anybody. */}
          <div
            class="qr"
            role="img"
            aria-label="QR code for your app"
            dangerouslySetInnerHTML={{ __html: renderSVG(uri) }}
          />
          <p>
            Key: <code>{secret}</code>
          </p>
          <Notice tone="warn">
            Keep these codes where you find them without your phone. Each works once. They are shown
            only now.
            <ul class="codes">
              {codes.map((code) => (
                <li key={code}>
                  <code>{code}</code>
                </li>
              ))}
            </ul>
          </Notice>
        </>
      )}
      <form method="post" action={`${ACCOUNT}/factor/code`}>
        <FormRefusal problems={problems} />
        <TextField
          name="code"
          label="Code"
          hint="The six digits that the app shows now: it is on from then."
          autocomplete="one-time-code"
          inputmode="numeric"
          problems={problems}
          required
        />
        <button type="submit">Switch it on</button>
      </form>
    </Page>
  );
}
