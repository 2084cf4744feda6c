import type { ComponentChildren } from "preact";
import type { FormProblems } from "./forms.ts";

/** What a field of a form is: its name, its label, and what is wrong with it. */
interface FieldProps {
  name: string;
  label: string;
  value?: string | undefined;
  /** What to type, where the label does not say it all. */
  hint?: ComponentChildren;
  problems?: FormProblems | undefined;
  required?: boolean;
  /** Has the focus at first, where no field is wrong: else that one has it. */
  autofocus?: boolean;
}

type InputProps = FieldProps & {
  type?: "text" | "email" | "password" | "tel" | "url" | "datetime-local" | "date" | "number";
  autocomplete?: string;
  inputmode?: "text" | "numeric" | "tel" | "email";
  maxlength?: number;
  /** Attributes of htmx. */
  extra?: Record<string, string>;
};

/** A line to type into. */
export function TextField(props: InputProps) {
  const { name, value, required, extra = {}, type = "text" } = props;
  const { autocomplete = "off", inputmode, maxlength } = props;
  return (
    <Field {...props}>
      <input
        id={idOf(name)}
        name={name}
        // Preact's types want to know which one it is.
        type={type as "text"}
        value={value}
        required={required}
        autocomplete={autocomplete}
        inputmode={inputmode}
        maxlength={maxlength}
        {...marks(props)}
        {...extra}
      />
    </Field>
  );
}

/** Several lines to type into. */
export function TextArea(props: FieldProps & { rows?: number; maxlength?: number }) {
  const { name, value, required, rows = 3, maxlength } = props;
  return (
    <Field {...props}>
      <textarea
        id={idOf(name)}
        name={name}
        rows={rows}
        required={required}
        maxlength={maxlength}
        {...marks(props)}
      >
        {value}
      </textarea>
    </Field>
  );
}

/** One of a few. */
export function SelectField(
  props: FieldProps & {
    options: readonly { value: string; label: string }[];
    extra?: Record<string, string>;
  },
) {
  const { name, value, required, options, extra = {} } = props;
  return (
    <Field {...props}>
      <select id={idOf(name)} name={name} required={required} {...marks(props)} {...extra}>
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** A box to tick; its value is `yes`. */
export function CheckField(props: Omit<FieldProps, "value"> & { checked?: boolean }) {
  const { name, label, checked = false, required } = props;
  return (
    <div class="field">
      <label for={idOf(name)}>
        <input
          id={idOf(name)}
          name={name}
          type="checkbox"
          value="yes"
          checked={checked}
          required={required}
          {...marks(props)}
        />
        {label}
      </label>
      <Notes {...props} />
    </div>
  );
}

/** Why something is done: kept in the history, beside who did it. */
export function ReasonField({ value, problems }: Pick<FieldProps, "value" | "problems">) {
  return (
    <TextField
      name="reason"
      label="Reason"
      value={value}
      hint="Kept in the history. Name no patient here."
      problems={problems}
      maxlength={500}
      required
    />
  );
}

/** Says at the top of a form that it was not taken, where it was not, and leads to what is wrong. */
export function FormRefusal({ problems }: { problems?: FormProblems | undefined }) {
  const [first, ...more] = Object.keys(problems ?? {});
  if (first === undefined) return null;
  const own = problems?.[""];
  return (
    <p role="alert" class="notice bad">
      {own ?? (
        <>
          {more.length === 0
            ? "One field is not right yet."
            : `${more.length + 1} fields are not right yet.`}{" "}
          <a href={`#${idOf(first)}`}>Go there</a>
        </>
      )}
    </p>
  );
}

function Field(props: FieldProps & { children: ComponentChildren }) {
  const { name, label, required, children } = props;
  return (
    <div class="field">
      <label for={idOf(name)}>
        {label}
        {!required && <small class="optional"> (optional)</small>}
      </label>
      {children}
      <Notes {...props} />
    </div>
  );
}

function Notes({ name, label, hint, problems }: FieldProps) {
  return (
    <>
      {hint !== undefined && <small id={`${idOf(name)}-hint`}>{hint}</small>}
      <FieldProblem name={name} label={label} problem={problems?.[name]} />
    </>
  );
}

/**
 * What is wrong with a field, under it. As a part of its own (`swap`) it takes the place of what stood
 * there, and is empty where nothing is wrong any more; the field's own mark follows by a script.
 */
export function FieldProblem({
  name,
  label,
  problem,
  swap,
}: {
  name: string;
  label: string;
  problem: string | undefined;
  swap?: boolean;
}) {
  if (problem === undefined && !swap) return null;
  return (
    <small id={`${idOf(name)}-problem`} class="problem" {...(swap && { "hx-swap-oob": "true" })}>
      {problem !== undefined && problemSentence(label, problem)}
    </small>
  );
}

/** What a field must be, or is not, follows its name; all else is a sentence by itself. */
function problemSentence(label: string, problem: string): string {
  const told = /^(is|are|must|has|may|needs)\b/.test(problem) ? `${label} ${problem}` : problem;
  const sentence = `${told.charAt(0).toUpperCase()}${told.slice(1)}`;
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** The id of a field, by which its label, its notes and the top of its form know it. */
export const idOf = (name: string) => `field-${name.replaceAll(".", "-")}`;

/** What tells a screen reader of the notes under a field; the first that is wrong has the focus. */
export function marks({
  name,
  hint,
  problems,
  autofocus,
}: Pick<FieldProps, "name" | "hint" | "problems" | "autofocus">) {
  const wrong = problems?.[name] !== undefined;
  const others = Object.keys(problems ?? {}).some((each) => each !== "");
  const notes = [
    ...(hint === undefined ? [] : [`${idOf(name)}-hint`]),
    ...(wrong ? [`${idOf(name)}-problem`] : []),
  ];
  return {
    ...(notes.length > 0 && { "aria-describedby": notes.join(" ") }),
    ...(wrong && { "aria-invalid": "true" as const }),
    // Of several, browsers give it to the first on the page.
    autofocus: wrong || (autofocus === true && !others),
  };
}
