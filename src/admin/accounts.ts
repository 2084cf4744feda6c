import { betterAuth } from "better-auth";
import { APIError } from "better-auth/api";
import { genericOAuth } from "better-auth/plugins/generic-oauth";
import { twoFactor } from "better-auth/plugins/two-factor";
import type { OidcConfig } from "../config.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** The least length of a password (NIST SP 800-63B asks for 8, and for no other rule). */
export const PASSWORD_MIN = 12;

/** The name of the provider of OpenID Connect in addresses and tables. */
export const OIDC_PROVIDER = "oidc";

/** How long somebody stays signed in without coming back, in seconds: a working day. */
const SESSION_SECONDS = 12 * 60 * 60;

/** How long the link of a forgotten password opens, in seconds. */
const RESET_SECONDS = 60 * 60;

export interface AccountsOptions {
  ledger: Ledger;
  publicUrl: string;
  /** Signs the cookies. */
  secret: string;
  oidc: OidcConfig | null;
  /** Brings somebody who forgot their password the link by which they set another. */
  sendReset: (to: { name: string; email: string }, token: string) => void;
}

/** Who can sign in, and their sessions: the sign-in library over the ledger's schema `auth`. */
export type Accounts = ReturnType<typeof openAccounts>;

/** Builds it. Nobody can sign up: accounts are made by invitations. */
export function openAccounts({ ledger, publicUrl, secret, oidc, sendReset }: AccountsOptions) {
  const auth = betterAuth({
    appName: "Aftercare",
    baseURL: publicUrl,
    basePath: "/admin/auth",
    secret,
    telemetry: { enabled: false },
    logger: { disabled: true },
    database: { db: ledger.signInTables, type: "postgres" },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_MIN,
      resetPasswordTokenExpiresIn: RESET_SECONDS,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: ({ user, token }) => Promise.resolve(sendReset(user, token)),
      onPasswordReset: ({ user }) => closeResets(user.id),
    },
    session: { expiresIn: SESSION_SECONDS, updateAge: SESSION_SECONDS / 12 },
    // Whom the provider says somebody is counts only with an address that it has verified: with one
    // that people type there themselves, an account here would be anybody's. Hence none is trusted.
    account: { accountLinking: { enabled: true, trustedProviders: [] } },
    // Requests are limited by the routes, which see the visitor's address as the server does.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: "aftercare",
      useSecureCookies: publicUrl.startsWith("https://"),
      ipAddress: { disableIpTracking: true },
    },
    plugins: [
      twoFactor({ issuer: "Aftercare" }),
      ...(oidc === null
        ? []
        : [
            genericOAuth({
              config: [
                {
                  providerId: OIDC_PROVIDER,
                  name: oidc.name,
                  discoveryUrl: `${oidc.issuer}/.well-known/openid-configuration`,
                  clientId: oidc.clientId,
                  clientSecret: oidc.clientSecret,
                  scopes: ["openid", "email", "profile"],
                  requireIdTokenVerification: true,
                  // Who is not invited has nothing to sign in to.
                  disableImplicitSignUp: true,
                },
              ],
            }),
          ]),
    ],
  });

  /** Makes an account with a password; null where the address has one. */
  async function create(person: {
    name: string;
    email: string;
    password: string;
  }): Promise<{ id: string } | null> {
    const { internalAdapter, password } = await auth.$context;
    const email = person.email.toLowerCase();
    if (await internalAdapter.findUserByEmail(email)) return null;
    const hash = await password.hash(person.password);
    // The link of the invitation came to this address, or an operator handed it over.
    const user = await internalAdapter
      .createUser({ name: person.name, email, emailVerified: true }, { method: "email-password" })
      .catch(async (error: unknown) => {
        // Another made it in the same moment.
        if (await internalAdapter.findUserByEmail(email)) return null;
        throw error;
      });
    if (user === null) return null;
    await internalAdapter.linkAccount({
      userId: user.id,
      accountId: user.id,
      providerId: "credential",
      password: hash,
    });
    return { id: user.id };
  }

  /** The id of the account of an address that is known to have one. */
  async function idOf(email: string): Promise<string> {
    const { internalAdapter } = await auth.$context;
    const found = await internalAdapter.findUserByEmail(email.toLowerCase());
    if (found === null) throw new Error("an account that was just there is gone");
    return found.user.id;
  }

  /** Closes the links by which somebody could set a password: they were for the one before. */
  async function closeResets(userId: string): Promise<void> {
    const { adapter } = await auth.$context;
    await adapter.deleteMany({
      model: "verification",
      where: [
        { field: "value", value: userId },
        { field: "identifier", value: "reset-password:", operator: "starts_with" },
      ],
    });
  }

  return { ...auth, create, idOf, closeResets };
}

/** What the sign-in library refused, by its code; null where it failed otherwise. */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof APIError) || error.statusCode >= 500) return null;
  return error.body?.code ?? "REFUSED";
}
