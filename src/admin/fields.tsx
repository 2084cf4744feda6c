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
}

type InputProps = FieldProps & {
  type?: "text" | "email" | "password" | "tel" | "url" | "datetime-local" | "date" | "number";
  autocomplete?: string;
  inputmode?: "text" | "numeric" | "tel" | "email";
  autofocus?: boolean;
  maxlength?: number;
  /** Attributes of htmx. */
  extra?: Record<string, string>;
};

/** A line to type into. */
export function TextField(props: InputProps) {
  const { name, value, problems, required, extra = {}, type = "text" } = props;
  const { autocomplete = "off", inputmode, autofocus, maxlength } = props;
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
        autofocus={autofocus}
        maxlength={maxlength}
        {...marks(name, props.hint, problems)}
        {...extra}
      />
    </Field>
  );
}

/** Several lines to type into. */
export function TextArea(props: FieldProps & { rows?: number; maxlength?: number }) {
  const { name, value, problems, required, rows = 3, maxlength } = props;
  return (
    <Field {...props}>
      <textarea
        id={idOf(name)}
        name={name}
        rows={rows}
        required={required}
        maxlength={maxlength}
        {...marks(name, props.hint, problems)}
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
  const { name, value, problems, required, options, extra = {} } = props;
  return (
    <Field {...props}>
      <select
        id={idOf(name)}
        name={name}
        required={required}
        {...marks(name, props.hint, problems)}
        {...extra}
      >
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
export function CheckField({
  name,
  label,
  checked = false,
  hint,
  problems,
  required,
  autofocus,
}: Omit<FieldProps, "value"> & { checked?: boolean; autofocus?: boolean }) {
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
          autofocus={autofocus}
          {...marks(name, hint, problems)}
        />
        {label}
      </label>
      <Notes name={name} hint={hint} problems={problems} />
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

/** Says at the top of a form that it was not taken, where it was not. */
export function FormRefusal({ problems }: { problems?: FormProblems | undefined }) {
  const count = Object.keys(problems ?? {}).length;
  if (count === 0) return null;
  const own = problems?.[""];
  return (
    <p role="alert" class="notice bad">
      {own ?? (count === 1 ? "One field is not right yet." : `${count} fields are not right yet.`)}
    </p>
  );
}

function Field({
  name,
  label,
  hint,
  problems,
  required,
  children,
}: FieldProps & { children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={idOf(name)}>
        {label}
        {!required && <small class="optional"> (optional)</small>}
      </label>
      {children}
      <Notes name={name} hint={hint} problems={problems} />
    </div>
  );
}

function Notes({ name, hint, problems }: Pick<FieldProps, "name" | "hint" | "problems">) {
  const problem = problems?.[name];
  return (
    <>
      {hint !== undefined && <small id={`${idOf(name)}-hint`}>{hint}</small>}
      {problem !== undefined && (
        <small id={`${idOf(name)}-problem`} class="problem">
          {problem}
        </small>
      )}
    </>
  );
}

const idOf = (name: string) => `field-${name.replaceAll(".", "-")}`;

/** What tells a screen reader of the notes under a field. */
function marks(name: string, hint: ComponentChildren, problems: FormProblems | undefined) {
  const wrong = problems?.[name] !== undefined;
  const notes = [
    ...(hint === undefined ? [] : [`${idOf(name)}-hint`]),
    ...(wrong ? [`${idOf(name)}-problem`] : []),
  ];
  return {
    ...(notes.length > 0 && { "aria-describedby": notes.join(" ") }),
    ...(wrong && { "aria-invalid": "true" as const }),
  };
}
