import formbody from "@fastify/formbody";
import type { FastifyPluginAsync } from "fastify";
import { accountRoutes } from "./account.tsx";
import { openAccounts } from "./accounts.ts";
import { assetRoutes } from "./assets.ts";
import { bulkRoutes } from "./bulk.tsx";
import { failuresRoutes } from "./failures.tsx";
import { guard } from "./guard.ts";
import { homeRoutes } from "./home.tsx";
import { invitationRoutes } from "./invitation.tsx";
import { resetMail } from "./mail.ts";
import type { AdminOptions } from "./parts.ts";
import { passwordRoutes } from "./password.tsx";
import { answerPageProblems } from "./problemView.tsx";
import { signInRoutes } from "./signIn.tsx";
import { todayRoutes } from "./today.tsx";

/** The pages for staff, under /admin: rendered on the server, with a little htmx for what is live. */
export function adminPages({ secret, ...options }: AdminOptions): FastifyPluginAsync {
  return async (server) => {
    const { ledger, publicUrl, oidc, mailer } = options;
    const accounts = openAccounts({
      ledger,
      publicUrl,
      secret,
      oidc,
      async sendReset(user, token) {
        await mailer?.sendNotice(resetMail(user, `${publicUrl}/admin/password/${token}`));
      },
    });
    const parts = { ...options, accounts };

    server.removeAllContentTypeParsers();
    await server.register(formbody);
    answerPageProblems(server);
    guard(server, { ledger, accounts, publicUrl });

    await server.register(assetRoutes);
    await server.register(signInRoutes, parts);
    await server.register(invitationRoutes, parts);
    await server.register(passwordRoutes, parts);
    await server.register(accountRoutes, parts);
    await server.register(homeRoutes, parts);
    await server.register(todayRoutes, parts);
    await server.register(failuresRoutes, parts);
    await server.register(bulkRoutes, parts);
  };
}
