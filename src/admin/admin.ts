import formbody from "@fastify/formbody";
import type { FastifyPluginAsync } from "fastify";
import { accountRoutes } from "./account.tsx";
import { openAccounts } from "./accounts.ts";
import { assetRoutes } from "./assets.ts";
import { auditRoutes } from "./audit.tsx";
import { bulkRoutes } from "./bulk.tsx";
import { enrolRoutes } from "./enrol.tsx";
import { enrolledRoutes } from "./enrolled.tsx";
import { failuresRoutes } from "./failures.tsx";
import { guard } from "./guard.ts";
import { homeRoutes } from "./home.tsx";
import { importRoutes } from "./import.tsx";
import { inboxRoutes } from "./inbox.tsx";
import { invitationRoutes } from "./invitation.tsx";
import { keyRoutes } from "./keys.tsx";
import { resetMail } from "./mail.ts";
import { outboxRoutes } from "./outbox.tsx";
import type { AdminOptions } from "./parts.ts";
import { passwordRoutes } from "./password.tsx";
import { patientRoutes } from "./patient.tsx";
import { patientsRoutes } from "./patients.tsx";
import { answerPageProblems } from "./problemView.tsx";
import { protocolsRoutes } from "./protocols.tsx";
import { keepQueuesForOperators, queueRoutes } from "./queues.ts";
import { reminderRoutes } from "./reminders.tsx";
import { settingsRoutes } from "./settings.tsx";
import { signInRoutes } from "./signIn.tsx";
import { staffRoutes } from "./staff.tsx";
import { todayRoutes } from "./today.tsx";
import { treatmentCancelRoutes } from "./treatmentCancel.tsx";
import { treatmentCorrectRoutes } from "./treatmentCorrect.tsx";
import { treatmentRoutes } from "./treatments.tsx";
import { openTries } from "./tries.ts";

/** The pages for staff, under /admin: rendered on the server, with a little htmx for what is live. */
export function adminPages({ secret, queuePage, ...options }: AdminOptions): FastifyPluginAsync {
  return async (server) => {
    const { ledger, publicUrl, oidc, mailer, log } = options;
    const accounts = openAccounts({
      ledger,
      publicUrl,
      secret,
      oidc,
      sendReset(user, token) {
        const mail = resetMail(user, `${publicUrl}/admin/password/${token}`);
        // Not waited for: how long the answer takes would tell who has an account.
        void mailer?.sendNotice(mail).then((outcome) => {
          if (outcome.kind !== "sent") log.error({ part: "password" }, "a link was not sent");
        });
      },
    });
    const parts = { ...options, accounts, tries: openTries() };

    server.removeAllContentTypeParsers();
    await server.register(formbody);
    answerPageProblems(server);
    keepQueuesForOperators(server);
    const outbox = Object.values(options.providers).includes("outbox");
    guard(server, { ledger, accounts, publicUrl, outbox });

    await server.register(assetRoutes);
    await server.register(signInRoutes, parts);
    await server.register(invitationRoutes, parts);
    await server.register(passwordRoutes, parts);
    await server.register(accountRoutes, parts);
    await server.register(homeRoutes, parts);
    await server.register(settingsRoutes, parts);
    await server.register(keyRoutes, parts);
    await server.register(staffRoutes, parts);
    await server.register(auditRoutes, parts);
    await server.register(outboxRoutes, parts);
    await server.register(queueRoutes, { queuePage });
    await server.register(patientsRoutes, parts);
    await server.register(patientRoutes, parts);
    await server.register(treatmentRoutes, parts);
    await server.register(treatmentCancelRoutes, parts);
    await server.register(treatmentCorrectRoutes, parts);
    await server.register(reminderRoutes, parts);
    await server.register(inboxRoutes, parts);
    await server.register(protocolsRoutes, parts);
    await server.register(importRoutes, parts);
    await server.register(enrolRoutes, parts);
    await server.register(enrolledRoutes, parts);
    await server.register(todayRoutes, parts);
    await server.register(failuresRoutes, parts);
    await server.register(bulkRoutes, parts);
  };
}
