import { CHANNEL_WORDS } from "../domain/channel.ts";
import { refusalWords } from "../domain/refusalWords.ts";
import type { Refusal } from "../domain/replay.ts";
import type { ActionName } from "../ledger/actions.ts";
import type { Reminder } from "../ledger/reminders.ts";
import { placedText } from "./careWords.ts";
import { FormRefusal, ReasonField } from "./fields.tsx";
import type { FormProblems } from "./forms.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Given, Notice, Status } from "./pieces.tsx";
import type { FoundTreatment } from "./treatmentOf.ts";

/** What each act is called, and what it will do. */
export const ACT_WORDS: Record<ActionName, { title: string; button: string; will: string }> = {
  cancel: {
    title: "Cancel the message",
    button: "Cancel the message",
    will: "It will not be sent, and that cannot be undone. The treatment's other messages go on.",
  },
  replay: {
    title: "Send again",
    button: "Send it again",
    will:
      "It goes out once more, at the next hour at which the clinic sends, by the first channel that " +
      "can be used now. If it did arrive after all, the patient gets it twice. Until it leaves, it " +
      "can be cancelled.",
  },
  "send-now": {
    title: "Send now",
    button: "Send it now",
    will: "It becomes due at once, and goes out within seconds. Then nothing takes it back.",
  },
};

/** A refusal as a sentence of its own. */
export function refusalSentence(refusal: Refusal, reminder: Reminder): string {
  const words = refusalWords(refusal, reminder, placedText);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

interface ActProps extends FoundTreatment {
  place: Place;
  reminder: Reminder;
  action: ActionName;
  /** Why it cannot be done; null where it can. */
  refusal: Refusal | null;
  reason?: string | undefined;
  problems?: FormProblems | undefined;
}

/** Says what an act on a reminder will do, and asks for it; or why it cannot be done. */
export function ActPage(props: ActProps) {
  const { place, reminder, patient, protocol, action, refusal, reason, problems } = props;
  const { title, button, will } = ACT_WORDS[action];
  const path = clinicPath(place.clinic.id, `reminders/${reminder.id}`);
  return (
    <Page title={title} place={place} visitor={place.visitor} current="patients" width="narrow">
      <p>
        <strong>{props.called(reminder.step)}</strong>, {CHANNEL_WORDS[reminder.channel].one} to{" "}
        <Given>{patient.firstName}</Given> ({protocol.title}), due{" "}
        {placedText(reminder.dueAt, reminder.timeZone)}. <Status status={reminder.status} />
      </p>
      {refusal === null ? (
        <form method="post" action={`${path}/${action}`}>
          <FormRefusal problems={problems} />
          <p>{will}</p>
          <ReasonField value={reason} problems={problems} />
          <div class="actions">
            <button type="submit" class={action === "cancel" ? "danger" : ""}>
              {button}
            </button>
            <a href={path}>Back, and change nothing</a>
          </div>
        </form>
      ) : (
        <>
          <Notice tone="bad">
            <p>Nothing was done. {refusalSentence(refusal, reminder)}</p>
          </Notice>
          <p>
            <a href={path}>Back to the message</a>
          </p>
        </>
      )}
    </Page>
  );
}
