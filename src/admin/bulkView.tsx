import type { RefusalCode } from "../domain/replay.ts";
import type { BulkResult } from "../ledger/bulkActions.ts";
import { type BulkAction, type BulkForm, firstCursor, type Run, runFields } from "./bulkForm.ts";
import { causeOf } from "./causes.ts";
import { FormRefusal, ReasonField, SelectField, TextField } from "./fields.tsx";
import type { FormProblems, FormValues } from "./forms.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Notice, Table } from "./pieces.tsx";

const ACTION_WORDS: Record<BulkAction, { title: string; verb: string; done: string }> = {
  replay: { title: "Replay many", verb: "Replay", done: "to be sent again" },
  cancel: { title: "Cancel many", verb: "Cancel", done: "cancelled" },
};

/** Why some of many are left as they are, in few words. */
const REFUSAL_WORDS: Record<RefusalCode, string> = {
  already_delivered: "arrived already",
  already_due: "due already, and about to go",
  already_ended: "ended already",
  already_sending: "on its way just now, or in doubt",
  cancelled: "cancelled, and that stands",
  collapsed: "another message says it in its place",
  expired: "out of date by the next time it may be sent",
  in_doubt: "may have gone out; the provider is being asked",
  just_sent: "sent within the last two minutes",
  no_address: "no number or address that takes messages",
  no_consent: "the patient did not agree to it",
  not_ended: "still waits to be sent",
  opted_out: "the patient said stop",
  outside_window: "outside the hours in which the clinic sends",
  paused: "held back after an alarming sign",
  superseded: "a later message stands in its place",
  too_early: "not true yet",
};

interface FormPageProps {
  place: Place;
  steps: readonly string[];
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
          options={[
            { value: "", label: "any" },
            ...steps.map((step) => ({ value: step, label: step })),
          ]}
          problems={problems}
        />
        <SelectField
          name="channel"
          label="Channel"
          value={of("channel")}
          options={[
            { value: "", label: "any" },
            { value: "sms", label: "text messages" },
            { value: "email", label: "emails" },
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
  form: BulkForm;
  values: FormValues;
  result: BulkResult;
  began: Date;
}

/** What it would do, and the button that does it. */
export function DryRunPage({ place, form, values, result, began }: DryRunProps) {
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
      <p>
        Reason: <bdi>{form.reason}</bdi>
      </p>
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

interface RunProps {
  place: Place;
  values: FormValues;
  action: BulkAction;
  run: Run;
  ended: boolean;
}

/** A run as a page of its own. */
export function RunPage(props: RunProps) {
  const { place, action } = props;
  const { title } = ACTION_WORDS[action];
  return (
    <Page title={title} place={place} visitor={place.visitor} current="failures" width="narrow">
      <RunPart {...props} />
    </Page>
  );
}

/** How far a run is; it asks for its next batch by itself, or by its button. */
export function RunPart({ place, values, action, run, ended }: RunProps) {
  const { done: doneWords } = ACTION_WORDS[action];
  const refused = [...run.refused.values()].reduce((sum, times) => sum + times, 0);
  const seen = run.done + refused;
  const all = Math.max(run.matched, seen);
  const path = clinicPath(place.clinic.id, "failures/bulk/run");
  if (!ended) {
    return (
      <div id="run" aria-live="polite">
        <label>
          {seen} of {all}
          <progress value={seen} max={all} />
        </label>
        <form
          method="post"
          action={path}
          hx-post={path}
          hx-trigger="load, submit"
          hx-sync="this:drop"
          hx-target="#run"
          hx-swap="outerHTML"
        >
          <Hidden fields={{ ...choiceOf(values), ...runFields(run) }} />
          <p>
            {run.done} {doneWords} so far, {refused} left as they were. Where you leave this page it
            stops: what is done stays done.
          </p>
          <div class="actions">
            <button type="submit">Go on</button>
            <a href={clinicPath(place.clinic.id, "failures")}>Stop here</a>
          </div>
        </form>
      </div>
    );
  }
  const moved = Math.max(0, run.matched - seen);
  return (
    <div id="run">
      <Notice tone={run.done > 0 ? "good" : "plain"}>
        <p tabIndex={-1} data-focus="">
          <strong>Done.</strong> {run.done === 1 ? "1 message is" : `${run.done} messages are`}{" "}
          {doneWords}; {refused} left as they were.
        </p>
      </Notice>
      {moved > 0 && (
        <p>
          {moved === 1 ? "1 more was" : `${moved} more were`} changed meanwhile by somebody else or
          by the program, and left alone.
        </p>
      )}
      <Refused refused={run.refused} />
      <p>
        <a href={clinicPath(place.clinic.id, "failures")}>Back to the failures</a>
      </p>
    </div>
  );
}

function Refused({ refused }: { refused: ReadonlyMap<string, number> }) {
  if (refused.size === 0) return null;
  const rows = [...refused].sort(([, one], [, other]) => other - one);
  return (
    <Table label="Left as they are" head={["Left as they are, because", "messages"]}>
      {rows.map(([code, times]) => (
        <tr key={code}>
          <td>{isRefusal(code) ? REFUSAL_WORDS[code] : code}</td>
          <td>{times}</td>
        </tr>
      ))}
    </Table>
  );
}

const isRefusal = (code: string): code is RefusalCode => Object.hasOwn(REFUSAL_WORDS, code);

function Hidden({ fields }: { fields: Record<string, string> }) {
  return Object.entries(fields).map(([name, value]) => (
    <input key={name} type="hidden" name={name} value={value} />
  ));
}

/** The choice and the reason among the fields of a form. */
function choiceOf(values: FormValues): Record<string, string> {
  const names = ["action", "cause", "step", "channel", "from", "to", "reason"];
  return Object.fromEntries(names.map((name) => [name, values[name] ?? ""]));
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
