import type { RefusalCode } from "../domain/replay.ts";
import { type BulkAction, type Run, runFields } from "./bulkForm.ts";
import type { FormValues } from "./forms.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Notice, Row, Table } from "./pieces.tsx";

/** What each act on many is called. */
export const ACTION_WORDS: Record<BulkAction, { title: string; verb: string; done: string }> = {
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
      <div id="run" aria-live="polite" data-live="on">
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
          <p>
            <strong class="live-off">
              The last answer failed. What is done stays done; press “Go on” in a minute.
            </strong>
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

/** How many are left as they are, by why. */
export function Refused({ refused }: { refused: ReadonlyMap<string, number> }) {
  if (refused.size === 0) return null;
  const rows = [...refused].sort(([, one], [, other]) => other - one);
  return (
    <Table
      label="Left as they are"
      head={["Left as they are, because", { name: "Messages", holds: "numbers" }]}
    >
      {rows.map(([code, times]) => (
        <Row key={code}>
          <td>{isRefusal(code) ? REFUSAL_WORDS[code] : code}</td>
          <td class="number">{times}</td>
        </Row>
      ))}
    </Table>
  );
}

const isRefusal = (code: string): code is RefusalCode => Object.hasOwn(REFUSAL_WORDS, code);

/** Fields that go along unseen. */
export function Hidden({ fields }: { fields: Record<string, string> }) {
  return Object.entries(fields).map(([name, value]) => (
    <input key={name} type="hidden" name={name} value={value} />
  ));
}

/** The choice and the reason among the fields of a form. */
export function choiceOf(values: FormValues): Record<string, string> {
  const names = ["action", "cause", "step", "channel", "from", "to", "reason"];
  return Object.fromEntries(names.map((name) => [name, values[name] ?? ""]));
}
