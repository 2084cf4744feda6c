import { CHANNEL_WORDS, CHANNELS } from "../domain/channel.ts";
import type { BulkResult } from "../ledger/bulkActions.ts";
import { type BulkAction, type BulkForm, firstCursor, runFields } from "./bulkForm.ts";
import { ACTION_WORDS, choiceOf, Hidden, Refused } from "./bulkRunView.tsx";
import { causeOf } from "./causes.ts";
import { FormRefusal, ReasonField, SelectField, TextField } from "./fields.tsx";
import type { FormProblems, FormValues } from "./forms.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Facts, Given, Notice } from "./pieces.tsx";

/** A message to be chosen: its step, and what staff call it. */
export interface Step {
  value: string;
  label: string;
}

interface FormPageProps {
  place: Place;
  /** Each message by its step, and what it is called. */
  steps: readonly Step[];
  values: FormValues | Partial<Record<string, string | undefined>>;
  problems?: FormProblems;
}

/** Which reminders, and why. */
export function BulkFormPage({ place, steps, values, problems }: FormPageProps) {
  const action: BulkAction = values["action"] === "cancel" ? "cancel" : "replay";
  const { title } = ACTION_WORDS[action];
  const of = (name: string) => values[name];
  return (
    <Page title={title} place={place} visitor={place.visitor} current="failures" width="narrow">
      <p>
        {action === "replay"
          ? "Sends again what did not reach its patient. A stop, a missing consent, a cancel and the date of expiry stand."
          : "Cancels messages that still wait. It cannot be taken back: who is to have them after all has to be enrolled anew."}{" "}
        You first see what it would do.
      </p>
      <form method="post" action={clinicPath(place.clinic.id, "failures/bulk")}>
        <FormRefusal problems={problems} />
        <input type="hidden" name="action" value={action} />
        {action === "replay" && (
          <SelectField
            name="cause"
            label="Cause"
            value={of("cause")}
            options={causeOptions(of("cause"))}
            problems={problems}
          />
        )}
        <SelectField
          name="step"
          label="Message"
          value={of("step")}
          options={[{ value: "", label: "any" }, ...steps]}
          problems={problems}
        />
        <SelectField
          name="channel"
          label="Channel"
          value={of("channel")}
          options={[
            { value: "", label: "any" },
            ...CHANNELS.map((value) => ({ value, label: CHANNEL_WORDS[value].many })),
          ]}
          problems={problems}
        />
        <TextField
          name="from"
          label="Due from"
          type="date"
          hint="A day of the clinic."
          value={of("from")}
          problems={problems}
        />
        <TextField
          name="to"
          label="Due until"
          type="date"
          hint="That day included."
          value={of("to")}
          problems={problems}
        />
        <ReasonField problems={problems} value={of("reason")} />
        <div class="actions">
          <button type="submit">Look what it would do</button>
          <a href={clinicPath(place.clinic.id, "failures")}>Back</a>
        </div>
      </form>
    </Page>
  );
}

function causeOptions(chosen: string | undefined) {
  const options = [
    { value: "", label: "any that can be replayed" },
    { value: "failed", label: "failed" },
    { value: "undelivered", label: "not delivered" },
    { value: "skipped", label: "skipped" },
  ];
  if (chosen === undefined || options.some(({ value }) => value === chosen)) return options;
  const [status, ...reason] = chosen.split(".");
  const code = reason.join(".");
  const label = status === "failed" || status === "undelivered" || status === "skipped";
  const { title } = causeOf(label ? status : "failed", code === "" ? null : code);
  return [...options, { value: chosen, label: code === "" ? title : `${title} (${code})` }];
}

interface DryRunProps {
  place: Place;
  steps: readonly Step[];
  form: BulkForm;
  values: FormValues;
  result: BulkResult;
  began: Date;
}

/** What it would do, and the button that does it. */
export function DryRunPage({ place, steps, form, values, result, began }: DryRunProps) {
  const { title, verb } = ACTION_WORDS[form.action];
  const { changed } = result;
  const matched = [...result.refused.values()].reduce((sum, times) => sum + times, changed);
  const more = result.next !== null;
  const path = clinicPath(place.clinic.id, "failures/bulk");
  const run = { matched, done: 0, refused: new Map<string, number>(), cursor: firstCursor(began) };
  return (
    <Page title={title} place={place} visitor={place.visitor} current="failures" width="narrow">
      <p role="status">
        <strong>{matchWords(matched, more)}</strong> {wouldWords(form.action, changed, more)}
      </p>
      <Refused refused={result.refused} />
      <Facts facts={choiceFacts(form, values, steps)} />
      {changed === 0 && !more && (
        <Notice tone="plain">There is nothing to do for this choice.</Notice>
      )}
      <div class="actions">
        {(changed > 0 || more) && (
          <form method="post" action={`${path}/run`}>
            <Hidden fields={{ ...choiceOf(values), ...runFields(run) }} />
            <button type="submit" class={form.action === "cancel" ? "danger" : undefined}>
              {more ? `${verb} them all` : `${verb} ${changed}`}
            </button>
          </form>
        )}
        <form method="post" action={path}>
          <Hidden fields={{ ...choiceOf(values), change: "yes" }} />
          <button type="submit" class="secondary">
            Change the choice
          </button>
        </form>
        <a href={clinicPath(place.clinic.id, "failures")}>Back to the failures</a>
      </div>
    </Page>
  );
}

/** The choice as it was made, so that what is confirmed is seen beside its button. */
function choiceFacts(
  { step, channel, from, to, reason }: BulkForm,
  values: FormValues,
  steps: readonly Step[],
) {
  const cause = values["cause"] ?? "";
  const chosen = causeOptions(cause).find(({ value }) => value === cause)?.label;
  const facts = [
    { name: "Cause", value: cause === "" ? undefined : chosen },
    { name: "Message", value: steps.find(({ value }) => value === step)?.label ?? step },
    { name: "Channel", value: channel && CHANNEL_WORDS[channel].many },
    { name: "Due from", value: from },
    { name: "Due until", value: to },
    { name: "Reason", value: <Given>{reason}</Given> },
  ];
  return facts.filter(({ value }) => value !== undefined);
}

function matchWords(matched: number, more: boolean): string {
  if (more) return `More than ${matched} messages match.`;
  return matched === 1 ? "1 message matches." : `${matched} messages match.`;
}

function wouldWords(action: BulkAction, changed: number, more: boolean): string {
  const of = more ? "Of those looked at, " : "";
  const count = changed === 1 ? "1" : String(changed);
  return action === "replay"
    ? `${of}${count} would be sent again, each in the clinic's hours.`
    : `${of}${count} would be cancelled and never sent.`;
}
