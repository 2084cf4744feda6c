import rateLimit from "@fastify/rate-limit";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { FormRefusal, TextField } from "./fields.tsx";
import { type FormProblems, readForm, valuesOf } from "./forms.ts";
import { newPassword } from "./invitation.tsx";
import { Page } from "./layout.tsx";
import { PageProblem } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import { SIGN_IN } from "./paths.ts";
import { Notice } from "./pieces.tsx";
import { keepPrivate, sendPage } from "./send.ts";

const askForm = z.object({
  email: z.string("is needed").trim().pipe(z.email("must be an email address")),
});

const setForm = z.object({ password: newPassword });

const params = z.object({ token: z.string().max(100) });

/** Setting a password anew, by a link that comes by email. */
export const passwordRoutes: FastifyPluginAsyncZod<AdminParts> = async (server, parts) => {
  const { accounts, mailer } = parts;
  await server.register(rateLimit, { global: false });
  const perAddress = { rateLimit: { max: 20, timeWindow: "15 minutes" } };

  server.route({
    method: "GET",
    url: "/password",
    config: { staff: "anyone" },
    handler: (_request, reply) => sendPage(reply, <Ask mailed={mailer !== null} />),
  });

  server.route({
    method: "POST",
    url: "/password",
    config: { staff: "anyone", ...perAddress },
    async handler(request, reply) {
      const read = readForm(askForm, request.body);
      if ("problems" in read) {
        const values = valuesOf(request.body);
        const again = (
          <Ask mailed={mailer !== null} email={values["email"]} problems={read.problems} />
        );
        return sendPage(reply.code(422), again);
      }
      await accounts.api.requestPasswordReset({ body: { email: read.value.email.toLowerCase() } });
      return sendPage(reply, <Asked />);
    },
  });

  server.route({
    method: "GET",
    url: "/password/:token",
    config: { staff: "anyone" },
    schema: { params },
    handler: (request, reply) => sendPage(reply, <Choose token={request.params.token} />),
  });

  server.route({
    method: "POST",
    url: "/password/:token",
    config: { staff: "anyone", ...perAddress },
    schema: { params },
    async handler(request, reply) {
      const { token } = request.params;
      const read = readForm(setForm, request.body);
      if ("problems" in read) {
        return sendPage(reply.code(422), <Choose token={token} problems={read.problems} />);
      }
      const body = { token, newPassword: read.value.password };
      const answer = await accounts.api.resetPassword({ body, asResponse: true });
      if (!answer.ok) {
        const advice = "It opens for an hour, and once. Ask for another.";
        throw new PageProblem(404, "This link does not open any more", advice);
      }
      return keepPrivate(reply).redirect(SIGN_IN, 303);
    },
  });
};

function Ask({
  mailed,
  email,
  problems,
}: {
  mailed: boolean;
  email?: string | undefined;
  problems?: FormProblems;
}) {
  return (
    <Page title="A new password" place={null} visitor={null} width="narrow">
      {!mailed && (
        <Notice tone="warn">
          This server sends no email. Ask whoever runs it for a new invitation instead.
        </Notice>
      )}
      <form method="post" action="/admin/password">
        <FormRefusal problems={problems} />
        <TextField
          name="email"
          label="Email"
          type="email"
          autocomplete="username"
          value={email}
          problems={problems}
          autofocus
          required
        />
        <button type="submit">Send me a link</button>
      </form>
      <p>
        <a href={SIGN_IN}>Back to sign in</a>
      </p>
    </Page>
  );
}

function Asked() {
  return (
    <Page title="Look into your mailbox" place={null} visitor={null} width="narrow">
      <p>
        If this address has an account here, a link is on its way to it. It opens for an hour, and
        once.
      </p>
      <p>
        <a href={SIGN_IN}>Back to sign in</a>
      </p>
    </Page>
  );
}

function Choose({ token, problems }: { token: string; problems?: FormProblems }) {
  return (
    <Page title="Choose a new password" place={null} visitor={null} width="narrow">
      <form method="post" action={`/admin/password/${token}`}>
        <FormRefusal problems={problems} />
        <TextField
          name="password"
          label="New password"
          type="password"
          hint="You are signed out everywhere else by it."
          autocomplete="new-password"
          problems={problems}
          autofocus
          required
        />
        <button type="submit">Set it</button>
      </form>
    </Page>
  );
}
