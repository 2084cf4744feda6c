import { CHANNEL_WORDS, CHANNELS } from "../domain/channel.ts";
import type { BulkResult } from "../ledger/bulkActions.ts";
import type { NamedReminder } from "../ledger/reminders.ts";
import { type BulkAction, type BulkForm, firstCursor, runFields } from "./bulkForm.ts";
import { ACTION_WORDS, choiceOf, Hidden, Refused } from "./bulkRunView.tsx";
import { causeOf } from "./causes.ts";
import { FormRefusal, ReasonField, SelectField, TextField } from "./fields.tsx";
import type { FormProblems, FormValues } from "./forms.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Facts, Given, LocalTime, Notice, Row, Table } from "./pieces.tsx";
import type { Names } from "./planWords.ts";
import { KIND_WORDS } from "./stepWords.ts";

const NO_WAY_BACK =
  "A cancel cannot be undone: who is to have the messages after all has to be enrolled anew.";

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
          : `Cancels messages that still wait. ${NO_WAY_BACK}`}{" "}
        You first see what it would do.
      </p>
      <form method="post" action={clinicPath(place.clinic.id, "failures/bulk")}>
        <FormRefusal problems={problems} />
        <input type="hidden" name="action" value={action} />
        <fieldset class="choice">
          <legend>Which messages: choose at least one</legend>
          {action === "replay" && (
            <SelectField
              name="cause"
              label="Status"
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
        </fieldset>
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
  /** The first of those that would be changed. */
  first: readonly NamedReminder[];
  names: Names;
  began: Date;
}

/** What it would do, and the button that does it. */
export function DryRunPage(props: DryRunProps) {
  const { place, steps, form, values, result, began } = props;
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
      <Facts facts={choiceFacts(form, values, steps)} />
      <Kinds kinds={result.kinds} />
      <First {...props} />
      <Refused refused={result.refused} />
      {changed === 0 && !more && (
        <Notice tone="plain">There is nothing to do for this choice.</Notice>
      )}
      {form.action === "cancel" && changed > 0 && <Notice tone="warn">{NO_WAY_BACK}</Notice>}
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

/** How many of each kind it would change. */
function Kinds({ kinds }: { kinds: BulkResult["kinds"] }) {
  if (kinds.size === 0) return null;
  const rows = [...kinds].toSorted(([, one], [, other]) => other - one);
  return (
    <p>By kind: {rows.map(([kind, times]) => `${KIND_WORDS[kind].word}: ${times}`).join(", ")}.</p>
  );
}

/** Whose messages, so that a wrong choice is seen before it is made. */
function First({ place, result, first, names }: DryRunProps) {
  if (first.length === 0) return null;
  const { id } = place.clinic;
  const all = result.next === null && result.changed === first.length;
  return (
    <>
      <h2>{all ? "Which" : `The first ${first.length}`}</h2>
      <Table label="Messages" head={["Patient", "Message", "Due"]}>
        {first.map((reminder) => (
          <Row key={reminder.id}>
            <th scope="row">
              <Given>{reminder.firstName}</Given>
            </th>
            <td>
              <a href={clinicPath(id, `reminders/${reminder.id}`)}>
                {names.message(reminder.protocol, reminder.step)}
              </a>{" "}
              <small class="muted">{CHANNEL_WORDS[reminder.channel].one}</small>
            </td>
            <td>
              <LocalTime at={reminder.dueAt} zone={place.clinic.timeZone} />
            </td>
          </Row>
        ))}
      </Table>
    </>
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
    { name: "Status", value: cause === "" ? undefined : chosen },
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
