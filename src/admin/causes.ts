import type { ReminderStatus } from "../domain/reminder.ts";
import { clinicPath } from "./paths.ts";

/** Why messages did not reach their patients, in plain words, and what to do about it. */
export interface Cause {
  title: string;
  meaning: string;
  advice: string;
  /** Whether sending the same again may work; where not, nobody is led to it. */
  replay: boolean;
}

type Words = readonly [title: string, meaning: string, advice: string, replay?: "replay"];

const ACCOUNT: Words = [
  "The account or sender is refused",
  "The provider does not let this account or sender send. It is the same for every patient.",
  "Whoever looks after the provider's account has to mend it: sign in there and look for a notice. Then replay what is still of use.",
  "replay",
];

const LATER: Words = [
  "The phone could not be reached",
  "It was off, without signal, or its network was overloaded, until the message was out of date.",
  "Call the patient where it matters. Where it is still of use, replay it.",
  "replay",
];

const BUSY: Words = [
  "Too many messages at a time",
  "The provider asked to send more slowly until the message was out of date.",
  "Replay what is still of use. Where it happens often, ask the provider for a higher limit.",
  "replay",
];

const NUMBER: Words = [
  "The number or mailbox takes no messages",
  "It does not exist, is a landline, or was switched off. No other way to reach the patient was left.",
  "Ask the patient for another number or address, and enrol the next visit with it. Replay only where you know that it works again.",
  "replay",
];

const DOWN: Words = [
  "The provider was down",
  "The provider could not be reached, or failed, until the message was out of date.",
  "Look at Today whether the channel works again. Then replay what is still of use.",
  "replay",
];

/** By what the reminder says of itself, where its status does not change the words. */
const BY_REASON: Readonly<Record<string, Words>> = {
  bad_address: NUMBER,
  filtered: [
    "Taken for spam on the way",
    "A carrier filtered the text. Sending the same words again mostly ends the same way.",
    "Check that the sender is registered with the provider, and the words of the message for what looks like advertising.",
  ],
  refused: [
    "The provider refuses this message",
    "Something about the message itself is refused; its code says what.",
    "Look the code up at the provider. Replay when the cause is mended.",
    "replay",
  ],
  no_postal_address: [
    "The clinic has no postal address",
    "By law an advertising email names one, and none is set, so it was not sent.",
    "Set the postal address in the settings of the clinic, then replay what is still of use.",
    "replay",
  ],
  never_settled: [
    "Nobody knows whether it went out",
    "The provider cannot say whether it took the message. It was tried again as often as is safe.",
    "Ask the patient, or call. A replay may bring the message a second time.",
    "replay",
  ],
  worker_lost: [
    "Being looked into",
    "The program was stopped while it was sending. The provider is being asked.",
    "Nothing to do: it is settled within minutes, and sent again if it did not go out.",
  ],
  expired: [
    "Out of date before it could go",
    "It waited too long: a channel was paused, the phone could not be reached, or the enrolment came late. What comes too late is not sent.",
    "Look at Today whether a channel is paused. Tell the patient yourself where it matters.",
  ],
  opted_out: [
    "The patient said stop",
    "The patient stopped these messages. That stands, whoever asks.",
    "Nothing to send. Tell the patient in person; a text with START by the patient allows messages again.",
  ],
  no_consent: [
    "The patient did not agree",
    "There is no consent to such messages on any channel.",
    "Ask at the next visit, and enrol with the consent.",
  ],
  no_address: [
    "No number or address that works",
    "The patient has none on a channel they agreed to, or it takes no messages.",
    "Ask for another number or address, then replay.",
    "replay",
  ],
  paused: [
    "Held back after an alarming sign",
    "The patient told of an alarming sign, so nothing that permits anything goes out.",
    "Read the inbox, have somebody call, and mark it as handled; then the permissions can be resumed.",
  ],
};

const listed = (words: Words, codes: string) =>
  codes.split(" ").map((code) => [code, words] as const);

/** By the provider's own code, where that is all that the reminder says. */
const BY_CODE: ReadonlyMap<string, Words> = new Map([
  ...listed(LATER, "30001 30003 30008 30017 30036"),
  ...listed(BUSY, "20429 21611 30022 30023 30027"),
  ...listed(
    ACCOUNT,
    "10001 20003 20404 21408 21606 21608 21609 21659 21660 30002 30024 30032 30033 30034 35118 63038 EAUTH",
  ),
  ...listed(
    [
      "Not at this hour where the patient is",
      "The provider sends no texts at that hour, until the message was out of date.",
      "Set narrower sending hours for the clinic. Replay what is still of use.",
      "replay",
    ],
    "30047 30610",
  ),
]);

const UNKNOWN: Words = [
  "Being looked into",
  "The connection broke while it was sent. Whether it went out is not known yet; the provider is being asked.",
  "Nothing to do: it is settled within minutes, and sent again only if it did not go out.",
];

const OTHER: Words = [
  "Not taken by the provider",
  "The provider gave a code that this program does not know better.",
  "Look the code up at the provider. Replay when the cause is mended.",
  "replay",
];

/** The cause of what ended so. */
export function causeOf(status: ReminderStatus, reason: string | null): Cause {
  const known = reason === null ? undefined : (BY_REASON[reason] ?? BY_CODE.get(reason));
  const [title, meaning, advice, replay] =
    status === "unknown" && reason !== "worker_lost" ? UNKNOWN : (known ?? byShape(reason));
  return { title, meaning, advice, replay: replay !== undefined };
}

/** A cause in one word, by which addresses and forms name it: `failed.30003`. */
export function causeWord(status: ReminderStatus, reason: string | null): string {
  return `${status}.${reason ?? ""}`;
}

/** Where all that failed in one way is listed. */
export function causePath(clinicId: string, status: ReminderStatus, reason: string | null): string {
  const query = new URLSearchParams({ cause: causeWord(status, reason) });
  return `${clinicPath(clinicId, "failures/cause")}?${query}`;
}

/** Codes of networks and servers: `ECONNREFUSED`, `http_503`, `451 4.7.1`. */
function byShape(reason: string | null): Words {
  if (reason === null) return OTHER;
  if (/^(E[A-Z]+|UND_ERR\w*|http_5\d\d|205\d\d)$/.test(reason)) return DOWN;
  if (/^4\d\d( |$)/.test(reason)) return LATER_MAIL;
  return OTHER;
}

const LATER_MAIL: Words = [
  "The mailbox could not take it",
  "It was full or busy, or its server put the mail off, until the message was out of date.",
  "Call the patient where it matters. Where it is still of use, replay it.",
  "replay",
];
