/** The ways a message can reach a patient. */
export const CHANNELS = ["sms", "email"] as const;

export type ChannelName = (typeof CHANNELS)[number];

/** What each of them carries, in English: one message of it, and several. */
export const CHANNEL_WORDS: Record<ChannelName, { one: string; many: string }> = {
  sms: { one: "text message", many: "text messages" },
  email: { one: "email", many: "emails" },
};
