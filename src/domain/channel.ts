/** The ways a message can reach a patient. */
export const CHANNELS = ["sms", "email"] as const;

export type ChannelName = (typeof CHANNELS)[number];

/** What each of them carries, in English: one message of it, several, and several that begin a sentence. */
export const CHANNEL_WORDS: Record<ChannelName, { one: string; many: string; first: string }> = {
  sms: { one: "text message", many: "text messages", first: "Text messages" },
  email: { one: "email", many: "emails", first: "Emails" },
};
