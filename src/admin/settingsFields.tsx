import { PRIVACY_TIERS, type Privacy } from "../domain/message.ts";
import { WEEKDAYS } from "../domain/sendWindow.ts";
import type { Weekday } from "../domain/weeklyHours.ts";
import {
  CheckField,
  FieldProblem,
  idOf,
  marks,
  SelectField,
  TextArea,
  TextField,
} from "./fields.tsx";
import type { FormProblems, FormValues } from "./forms.ts";
import { languageInWords } from "./stepWords.ts";

const DAY_NAMES: Record<Weekday, string> = {
  mon: "Monday",
  tue: "Tuesday",
  wed: "Wednesday",
  thu: "Thursday",
  fri: "Friday",
  sat: "Saturday",
  sun: "Sunday",
};

const TIERS: Record<Privacy, { name: string; says: string; example: string }> = {
  standard: {
    name: "Standard",
    says: "names the product or activity, not the treatment",
    example:
      "Your wait of 72 hours after your treatment is over. You may be able to go back to the gym.",
  },
  explicit: {
    name: "Explicit",
    says: "names the treatment, too",
    example:
      "Your wait of 72 hours after your micro needling is over. You may be able to go back to the gym.",
  },
  neutral: {
    name: "Neutral",
    says: "says only that there is something, and where",
    example: "Your clinic has an update for you: https://…",
  },
};

/** What every part of the form shows. */
export interface FormPart {
  values: FormValues;
  problems: FormProblems | undefined;
}

/** What patients see of the clinic, and how much of it. */
export function ToPatients({
  values,
  problems,
  languages,
}: FormPart & { languages: readonly string[] }) {
  const field = (name: string) => ({ name, value: values[name], problems });
  return (
    <section aria-labelledby="to-patients">
      <h2 id="to-patients">To patients</h2>
      <TextField
        {...field("name")}
        label="Name"
        hint="The first words of every text, and the sender of emails."
        maxlength={60}
        required
      />
      <TextField
        {...field("phone")}
        label="Phone"
        type="tel"
        hint="Texts and emails tell patients to call it."
        maxlength={40}
      />
      <TextArea
        {...field("postalAddress")}
        label="Postal address"
        hint="At the foot of every email, on one line."
        rows={2}
        maxlength={200}
      />
      <SelectField
        {...field("locale")}
        label="Language"
        hint="Where a patient gave none."
        options={languages.map((tag) => ({ value: tag, label: languageInWords(tag) }))}
        required
      />
      <TextField
        {...field("dailyCap")}
        label="Messages a day"
        hint="The most to one patient on one day, cautions aside."
        inputmode="numeric"
        maxlength={2}
        required
      />
    </section>
  );
}

/** How the clinic is told of what patients write. */
export function Telling({
  values,
  problems,
  webhook,
  secret,
}: FormPart & { webhook: boolean; secret: boolean }) {
  const field = (name: string) => ({ name, value: values[name], problems });
  return (
    <section aria-labelledby="telling">
      <h2 id="telling">Replies and alarms</h2>
      <TextField
        {...field("email")}
        label="Email for replies"
        type="email"
        hint="Where replies and alarms are sent on to."
        maxlength={254}
      />
      <TextArea
        {...field("emergencyText")}
        label="Answer to an emergency"
        hint="Texted at once to whoever writes of one. Empty: Aftercare's own words."
        maxlength={300}
      />
      <TextField
        {...field("webhookUrl")}
        label="Webhook"
        type="url"
        hint="An https address that alarms are posted to. Its secret is shown once, when it is made."
        maxlength={500}
      />
      {webhook && (
        <CheckField
          name="newSecret"
          label="Make a new secret"
          hint={
            secret
              ? "The present one ends at once: what is posted is signed with the new one."
              : "There is none, so nothing is posted."
          }
          checked={values["newSecret"] === "yes"}
        />
      )}
    </section>
  );
}

/** The three tiers of privacy, with an example of each. */
export function Tiers({ values, problems }: FormPart) {
  return (
    <fieldset class="tiers" id={idOf("privacy")}>
      <legend>
        <h2>How much a text says on a locked phone</h2>
      </legend>
      <FieldProblem name="privacy" label="This" problem={problems?.["privacy"]} />
      {PRIVACY_TIERS.map((tier) => (
        <div class="tier" key={tier}>
          <label for={`privacy-${tier}`}>
            <input
              id={`privacy-${tier}`}
              type="radio"
              name="privacy"
              value={tier}
              checked={values["privacy"] === tier}
              aria-describedby={`privacy-${tier}-example`}
              required
            />
            <strong>{TIERS[tier].name}</strong> {TIERS[tier].says}
          </label>
          <p class="sample" id={`privacy-${tier}-example`}>
            {TIERS[tier].example}
          </p>
        </div>
      ))}
    </fieldset>
  );
}

/** A window: a field for each weekday. */
export function Hours({
  window,
  legend,
  hint,
  values,
  problems,
}: FormPart & { window: "sendWindow" | "rebookWindow"; legend: string; hint: string }) {
  return (
    <fieldset class="hours">
      <legend>
        <h2>{legend}</h2>
      </legend>
      <p id={`${window}-hint`}>{hint} An empty day is closed.</p>
      {WEEKDAYS.map((day) => {
        const name = `${window}.${day}`;
        const { "aria-describedby": notes = "", ...marked } = marks({ name, problems });
        return (
          <div class="day" key={day}>
            <label for={idOf(name)}>{DAY_NAMES[day]}</label>
            <input
              id={idOf(name)}
              name={name}
              value={values[name]}
              placeholder="closed"
              autocomplete="off"
              maxlength={20}
              aria-describedby={`${window}-hint ${notes}`.trim()}
              {...marked}
            />
            <FieldProblem name={name} label={DAY_NAMES[day]} problem={problems?.[name]} />
          </div>
        );
      })}
    </fieldset>
  );
}
