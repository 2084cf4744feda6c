import type { Content } from "../content/content.ts";
import { whyUnmovable } from "../domain/overrides.ts";
import type { Protocol, Step } from "../domain/protocol.ts";
import { AFTER } from "./enrolForm.ts";
import { TextField } from "./fields.tsx";
import type { FormProblems, FormValues } from "./forms.ts";
import type { Names } from "./planWords.ts";
import { topicsInWords } from "./stepWords.ts";

const REASON_LABEL = "Why";

/** Whether something is wrong with the waits that were typed. */
export function waitProblems(problems: FormProblems | undefined): boolean {
  const names = Object.keys(problems ?? {});
  return names.some((name) => name.startsWith(AFTER) || name === "overrideReason");
}

/**
 * What a field of the waits is called; undefined where it is none of theirs, or the treatment has been
 * changed, which takes the fields of the other one away.
 */
export function waitLabel(name: string, values: FormValues, names: Names): string | undefined {
  const protocol = values["protocol"];
  if (protocol === undefined || values["waitsOf"] !== protocol) return undefined;
  if (name === "overrideReason") return REASON_LABEL;
  return name.startsWith(AFTER) ? names.message(protocol, name.slice(AFTER.length)) : undefined;
}

/** The waits of a treatment that somebody may set otherwise for one patient. */
export function EnrolWaits({
  protocol,
  content,
  admin,
  names,
  values,
  problems,
  swap,
}: {
  protocol: Protocol;
  content: Content;
  admin: boolean;
  names: Names;
  values: FormValues;
  problems?: FormProblems | undefined;
  swap?: boolean;
}) {
  const movable = protocol.steps.filter((step) => {
    return whyUnmovable(step) === null && (admin || step.kind === "permission");
  });
  const same = values["waitsOf"] === protocol.name;
  return (
    <div id="waits" {...(swap && { "hx-swap-oob": "true" })}>
      <input type="hidden" name="waitsOf" value={protocol.name} />
      <p>
        <small>
          Counted from the treatment, such as 72h, 5d or 2w. What is left empty keeps the time of
          the protocol.
        </small>
      </p>
      {movable.map((step) => (
        <TextField
          key={step.key}
          name={AFTER + step.key}
          // What is permitted is the thing itself; any other message is known by its name.
          label={
            step.kind === "permission"
              ? topicsInWords(content, step.topics)
              : names.message(protocol.name, step.key)
          }
          value={same ? values[AFTER + step.key] : undefined}
          hint={limitOf(step, admin)}
          problems={problems}
          maxlength={6}
        />
      ))}
      <TextField
        name="overrideReason"
        label={REASON_LABEL}
        hint="Kept in the history. Name no patient here."
        value={values["overrideReason"]}
        problems={problems}
        maxlength={500}
      />
    </div>
  );
}

function limitOf({ after, floor, kind }: Step, admin: boolean): string {
  const own = `By the protocol ${after}.`;
  if (kind !== "permission") return `${own} Another time needs a reason.`;
  const least = floor ?? after;
  if (admin) return `${own} Sooner than ${least} needs a reason.`;
  return `${own} At least ${least}; an admin may choose less.`;
}
