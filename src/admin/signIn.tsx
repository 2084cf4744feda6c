import rateLimit from "@fastify/rate-limit";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { type Accounts, OIDC_PROVIDER } from "./accounts.ts";
import { FormRefusal, TextField } from "./fields.tsx";
import { type FormProblems, type FormValues, readForm, valuesOf } from "./forms.ts";
import { headersOf } from "./guard.ts";
import { Page } from "./layout.tsx";
import { PageProblem } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import { SIGN_IN, safeNext } from "./paths.ts";
import { Notice } from "./pieces.tsx";
import { keepPrivate, passCookies, sendPage } from "./send.ts";

const signInForm = z.object({
  email: z.string("is needed").trim().max(200),
  password: z.string("is needed").max(200),
  next: z.string().optional(),
});

const codeForm = z.object({
  code: z.string("is needed").trim().max(40),
  next: z.string().optional(),
});

const nextQuery = z.object({ next: z.string().optional(), error: z.string().optional() });

/** Signing in, with a second factor where the account has one, and out. */
export const signInRoutes: FastifyPluginAsyncZod<AdminParts> = async (server, parts) => {
  const { accounts, oidc, tries } = parts;
  await server.register(rateLimit, { global: false });
  // One address may be a whole clinic's, or a proxy's; what is tried in bulk is still cut short.
  const perAddress = { rateLimit: { max: 60, timeWindow: "1 minute" } };

  server.route({
    method: "GET",
    url: "/sign-in",
    config: { staff: "anyone" },
    schema: { querystring: nextQuery },
    handler: ({ query }, reply) =>
      sendPage(reply, <SignIn oidc={oidc?.name ?? null} next={query.next} failed={query.error} />),
  });

  server.route({
    method: "POST",
    url: "/sign-in",
    config: { staff: "anyone", ...perAddress },
    async handler(request, reply) {
      const read = readForm(signInForm, request.body);
      const values = valuesOf(request.body);
      const again = (problems: FormProblems) =>
        sendPage(
          reply.code(422),
          <SignIn oidc={oidc?.name ?? null} values={values} problems={problems} />,
        );
      if ("problems" in read) return again(read.problems);
      const { email, password, next } = read.value;
      const answer = await tries.of(email, () =>
        accounts.api.signInEmail({
          body: { email: email.toLowerCase(), password },
          headers: headersOf(request),
          asResponse: true,
        }),
      );
      if (!answer.ok) return again({ "": "This address and password do not go together." });
      const body = z
        .object({ twoFactorRedirect: z.boolean().optional() })
        .parse(await answer.json());
      passCookies(reply, answer);
      const onward = safeNext(next);
      if (!body.twoFactorRedirect) return keepPrivate(reply).redirect(onward, 303);
      const asked = onward === "/admin" ? "" : `?next=${encodeURIComponent(onward)}`;
      return keepPrivate(reply).redirect(`${SIGN_IN}/code${asked}`, 303);
    },
  });

  server.route({
    method: "GET",
    url: "/sign-in/code",
    config: { staff: "anyone" },
    schema: { querystring: nextQuery },
    handler: ({ query }, reply) => sendPage(reply, <Code next={query.next} />),
  });

  server.route({
    method: "POST",
    url: "/sign-in/code",
    config: { staff: "anyone", ...perAddress },
    async handler(request, reply) {
      const read = readForm(codeForm, request.body);
      const values = valuesOf(request.body);
      const again = (problems: FormProblems) =>
        sendPage(reply.code(422), <Code next={values["next"]} problems={problems} />);
      if ("problems" in read) return again(read.problems);
      const { code, next } = read.value;
      const answer = await verifyCode(accounts, code, headersOf(request));
      if (!answer.ok) return again({ code: "is not right, or has run out; take the newest one" });
      passCookies(reply, answer);
      return keepPrivate(reply).redirect(safeNext(next), 303);
    },
  });

  if (oidc !== null) {
    server.route({
      method: "GET",
      url: "/sign-in/oidc",
      config: { staff: "anyone", ...perAddress },
      async handler(request, reply) {
        const answer = await accounts.api.signInSocial({
          body: {
            provider: OIDC_PROVIDER,
            callbackURL: "/admin",
            errorCallbackURL: SIGN_IN,
            disableRedirect: true,
          },
          headers: headersOf(request),
          asResponse: true,
        });
        if (!answer.ok) {
          const advice = "Sign in with your password, or try again in a minute.";
          throw new PageProblem(503, `${oidc.name} cannot be reached`, advice);
        }
        const { url } = z.object({ url: z.url() }).parse(await answer.json());
        passCookies(reply, answer);
        return keepPrivate(reply).redirect(url, 303);
      },
    });

    server.route({
      method: "GET",
      url: `/auth/callback/${OIDC_PROVIDER}`,
      config: { staff: "anyone", ...perAddress },
      async handler(request, reply) {
        const url = new URL(request.url, parts.publicUrl);
        const answer = await accounts.handler(new Request(url, { headers: headersOf(request) }));
        passCookies(reply, answer);
        const target = answer.headers.get("location") ?? "/admin";
        return keepPrivate(reply).redirect(target, 303);
      },
    });
  }

  server.route({
    method: "POST",
    url: "/sign-out",
    config: { staff: "anyone" },
    async handler(request, reply) {
      const answer = await accounts.api.signOut({ headers: headersOf(request), asResponse: true });
      passCookies(reply, answer);
      return keepPrivate(reply).redirect(SIGN_IN, 303);
    },
  });
};

/** A code of an app has six digits; anything else can only be one of the codes kept for a lost phone. */
function verifyCode(accounts: Accounts, typed: string, headers: Headers): Promise<Response> {
  const code = typed.replaceAll(/\s/g, "");
  return /^\d{6}$/.test(code)
    ? accounts.api.verifyTOTP({ body: { code }, headers, asResponse: true })
    : accounts.api.verifyBackupCode({ body: { code }, headers, asResponse: true });
}

function SignIn({
  oidc,
  next,
  failed,
  values = {},
  problems,
}: {
  oidc: string | null;
  next?: string | undefined;
  failed?: string | undefined;
  values?: FormValues;
  problems?: FormProblems;
}) {
  return (
    <Page title="Sign in" place={null} visitor={null} width="narrow">
      {failed !== undefined && (
        <Notice tone="bad">
          You could not be signed in that way. Only who was invited has an account here: ask an
          admin of your clinic.
        </Notice>
      )}
      <form method="post" action={SIGN_IN}>
        <FormRefusal problems={problems} />
        <input type="hidden" name="next" value={values["next"] ?? next ?? ""} />
        <TextField
          name="email"
          label="Email"
          type="email"
          autocomplete="username"
          value={values["email"]}
          problems={problems}
          autofocus
          required
        />
        <TextField
          name="password"
          label="Password"
          type="password"
          autocomplete="current-password"
          problems={problems}
          required
        />
        <button type="submit">Sign in</button>
      </form>
      {oidc !== null && (
        <p>
          <a href={`${SIGN_IN}/oidc`} role="button" class="secondary">
            {`Sign in with ${oidc}`}
          </a>
        </p>
      )}
      <p>
        <a href="/admin/password">Forgot your password?</a>
      </p>
    </Page>
  );
}

function Code({ next, problems }: { next?: string | undefined; problems?: FormProblems }) {
  return (
    <Page title="Your second factor" place={null} visitor={null} width="narrow">
      <form method="post" action={`${SIGN_IN}/code`}>
        <FormRefusal problems={problems} />
        <input type="hidden" name="next" value={next ?? ""} />
        <TextField
          name="code"
          label="Code"
          hint="The six digits that your app shows now, or one of the codes that you kept for a lost phone."
          autocomplete="one-time-code"
          inputmode="text"
          problems={problems}
          autofocus
          required
        />
        <button type="submit">Go on</button>
      </form>
      <p>
        <a href={SIGN_IN}>Start again</a>
      </p>
    </Page>
  );
}
