import { TextField } from "./fields.tsx";
import type { FormProblems } from "./forms.ts";

/** Why something is done, kept where the form is shown again. */
export function ReasonGiven({
  value,
  problems,
}: {
  value?: string | undefined;
  problems?: FormProblems | undefined;
}) {
  return (
    <TextField
      name="reason"
      label="Reason"
      hint="Kept in the history. Name no patient here."
      value={value}
      problems={problems}
      maxlength={500}
      required
    />
  );
}
