/** The ways a message can reach a patient. */
export const CHANNELS = ["sms", "email"] as const;

export type ChannelName = (typeof CHANNELS)[number];
