/** What a patient's text was read as. */
export const INBOUND_READINGS = ["stop", "start", "help", "alarm", "answer", "reply"] as const;

export type InboundReading = (typeof INBOUND_READINGS)[number];
