import twilio from "twilio";

/**
 * The answer to Twilio's inbound webhook: TwiML with one message, or with none.
 * https://www.twilio.com/docs/messaging/twiml
 */
export function twilioReply(text: string | null): string {
  const response = new twilio.twiml.MessagingResponse();
  if (text !== null) response.message(text);
  return response.toString();
}
