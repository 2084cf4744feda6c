import { FieldProblem, FormRefusal } from "./fields.tsx";
import type { FormProblems, FormValues } from "./forms.ts";

/** The field that carries the names of those that were wrong, while they are put right. */
export const WRONG = "wrong";

/** Says at the top of the form that it was not taken, and keeps in it which fields are wrong. */
export function EnrolRefusal({
  problems = {},
  swap,
}: {
  problems?: FormProblems | undefined;
  swap?: boolean;
}) {
  return (
    <div id="refusal" {...(swap && { "hx-swap-oob": "true" })}>
      <FormRefusal problems={problems} />
      <input type="hidden" name={WRONG} value={Object.keys(problems).join(" ")} />
    </div>
  );
}

/** The fields of a form that were wrong when it was sent, and may be right by now. */
export function wrongOnes(values: FormValues): string[] {
  return (values[WRONG] ?? "").split(" ").filter((name) => name !== "");
}

/**
 * What is said of the fields that were wrong, as they are now. A field that was right is left alone
 * until the form is sent: nobody is told of what is only begun.
 */
export function Mended({
  wrong,
  problems,
  labelOf,
}: {
  wrong: readonly string[];
  problems: FormProblems;
  /** What a field is called; undefined for one that the form has not. */
  labelOf: (name: string) => string | undefined;
}) {
  const left = wrong.flatMap((name) => {
    const problem = problems[name];
    return problem === undefined ? [] : [[name, problem] as const];
  });
  return (
    <>
      {wrong.map((name) => {
        const label = labelOf(name);
        return (
          label !== undefined && (
            <FieldProblem key={name} name={name} label={label} problem={problems[name]} swap />
          )
        );
      })}
      {/* An alert that comes again is read out again: only with news. */}
      {left.length < wrong.length && <EnrolRefusal problems={Object.fromEntries(left)} swap />}
    </>
  );
}
