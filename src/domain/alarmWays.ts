/** How a clinic can be told of an alarm. */
export type AlarmWay = "email" | "webhook";

/** Where a clinic says that it wants to be told. */
export interface AlarmAddresses {
  email: string | null;
  webhookUrl: string | null;
  webhookSecret: string | null;
}

/**
 * The ways by which an alarm can reach a clinic: none means that somebody has to look into the
 * inbox. A webhook counts with its secret only, because nothing is posted unsigned; an email only
 * where the program has somebody to send it (`mails`).
 */
export function alarmWays(
  { email, webhookUrl, webhookSecret }: AlarmAddresses,
  mails: boolean,
): AlarmWay[] {
  return [
    ...(email !== null && mails ? ["email" as const] : []),
    ...(webhookUrl !== null && webhookSecret !== null ? ["webhook" as const] : []),
  ];
}
