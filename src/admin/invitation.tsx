import rateLimit from "@fastify/rate-limit";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { oneLine } from "../domain/text.ts";
import { acceptInvitation, findInvitation, type Invitation } from "../ledger/invitations.ts";
import { PASSWORD_MIN } from "./accounts.ts";
import { FormRefusal, TextField } from "./fields.tsx";
import { type FormProblems, type FormValues, readForm, valuesOf } from "./forms.ts";
import { headersOf } from "./guard.ts";
import { Page } from "./layout.tsx";
import { PageProblem } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import { clinicPath } from "./paths.ts";
import { Given } from "./pieces.tsx";
import { keepPrivate, passCookies, sendPage } from "./send.ts";

const params = z.object({ token: z.string().max(60) });

/** A password that is to be set. */
export const newPassword = z
  .string("is needed")
  .min(PASSWORD_MIN, `must have at least ${PASSWORD_MIN} characters; a sentence will do`)
  .max(128, "must have at most 128 characters");

const acceptForm = z.object({
  name: z.string("is needed").pipe(oneLine(100)),
  email: z.string("is needed").trim().pipe(z.email("must be an email address")),
  password: newPassword,
});

/** Accepting an invitation: whoever has the link gets an account, or brings the one they have. */
export const invitationRoutes: FastifyPluginAsyncZod<AdminParts> = async (server, parts) => {
  const { ledger, accounts, tries, clock } = parts;
  await server.register(rateLimit, { global: false });

  server.route({
    method: "GET",
    url: "/invitation/:token",
    config: { staff: "anyone" },
    schema: { params },
    async handler({ params: { token } }, reply) {
      return sendPage(reply, <Accept token={token} invitation={await invitationOf(token)} />);
    },
  });

  server.route({
    method: "POST",
    url: "/invitation/:token",
    config: { staff: "anyone", rateLimit: { max: 60, timeWindow: "1 minute" } },
    schema: { params },
    async handler(request, reply) {
      const { token } = request.params;
      const invitation = await invitationOf(token);
      const given = {
        ...valuesOf(request.body),
        ...(invitation.email && { email: invitation.email }),
      };
      const read = readForm(acceptForm, given);
      const again = (problems: FormProblems) =>
        sendPage(
          reply.code(422),
          <Accept token={token} invitation={invitation} values={given} problems={problems} />,
        );
      if ("problems" in read) return again(read.problems);
      const { name, email, password } = read.value;
      const made = await accounts.create({ name, email, password });
      const answer = await tries.of(email, () =>
        accounts.api.signInEmail({
          body: { email: email.toLowerCase(), password },
          headers: headersOf(request),
          asResponse: true,
        }),
      );
      if (!answer.ok) {
        const known = "This address has an account here already: type the password of that one.";
        return again({ "": known });
      }
      const user = z.object({ id: z.string() });
      const session = z.object({ user: user.optional() }).parse(await answer.json());
      // With a second factor the library names nobody before the code: who it is, the address says.
      const userId = made?.id ?? session.user?.id ?? (await accounts.idOf(email));
      if (!(await acceptInvitation(ledger, invitation, userId, clock.now()))) throw closed();
      passCookies(reply, answer);
      const target =
        session.user === undefined ? "/admin/sign-in/code" : clinicPath(invitation.clinicId);
      return keepPrivate(reply).redirect(target, 303);
    },
  });

  async function invitationOf(token: string): Promise<Invitation> {
    const invitation = await findInvitation(ledger.db, token, clock.now());
    if (invitation === undefined) throw closed();
    return invitation;
  }
};

function closed(): PageProblem {
  return new PageProblem(
    404,
    "This invitation is not open",
    "It was used, withdrawn, or is older than a week. If you have accepted it, sign in; else ask for a new one.",
  );
}

function Accept({
  token,
  invitation,
  values = {},
  problems,
}: {
  token: string;
  invitation: Invitation;
  values?: FormValues;
  problems?: FormProblems;
}) {
  const { clinicName, email, role } = invitation;
  return (
    <Page title="You are invited" place={null} visitor={null} width="narrow">
      <p>
        To work with Aftercare at <Given>{clinicName}</Given>, as{" "}
        {role === "admin" ? "an admin" : "somebody at the front desk"}.
      </p>
      <form method="post" action={`/admin/invitation/${token}`}>
        <FormRefusal problems={problems} />
        <TextField
          name="name"
          label="Your name"
          hint="As the history will show it."
          autocomplete="name"
          value={values["name"]}
          problems={problems}
          maxlength={100}
          autofocus
          required
        />
        {email === null ? (
          <TextField
            name="email"
            label="Your email"
            type="email"
            autocomplete="username"
            value={values["email"]}
            problems={problems}
            required
          />
        ) : (
          <p>
            You sign in as <Given>{email}</Given>.
          </p>
        )}
        <TextField
          name="password"
          label="Password"
          type="password"
          hint={`At least ${PASSWORD_MIN} characters. If you have an account here already, that one's.`}
          autocomplete="new-password"
          problems={problems}
          required
        />
        <button type="submit">Begin</button>
      </form>
    </Page>
  );
}
