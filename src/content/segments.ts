import { SegmentedMessage } from "sms-segments-calculator";

/** What a text costs to send. */
export interface SmsSize {
  /** UCS-2 as soon as one character is outside the GSM-7 alphabet (á, í, ó, ú and ’ are). */
  encoding: "GSM-7" | "UCS-2";
  /** Billed parts: one of 160 (GSM-7) or 70 (UCS-2) characters, or several of 153 or 67. */
  segments: number;
  /** Characters as the encoding counts them: a euro sign is 2 in GSM-7, an emoji 2 in UCS-2. */
  characters: number;
}

/** Reckons the size of an SMS as 3GPP TS 23.038 and 23.040 cut it. */
export function smsSegments(text: string): SmsSize {
  const message = new SegmentedMessage(text);
  const encoding = message.encodingName;
  const units = message.encodedChars.reduce((sum, char) => sum + char.codeUnits.length, 0);
  return { encoding, segments: message.segmentsCount, characters: units };
}
