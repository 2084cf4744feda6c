import type { Content } from "../content/content.ts";
import { CONSENT_BOXES, type ConsentBox, type ConsentWords } from "./consentWords.ts";
import { EnrolRefusal } from "./enrolMending.tsx";
import { EnrolWaits, waitLabel, waitProblems } from "./enrolWaits.tsx";
import { CheckField, SelectField, TextField } from "./fields.tsx";
import type { FormProblems, FormValues } from "./forms.ts";
import type { Place } from "./guard.ts";
import { clinicPath } from "./paths.ts";
import { type Names, namesFor } from "./planWords.ts";
import { languageInWords, languagesOf } from "./stepWords.ts";

const BOX_LABELS: Record<ConsentBox, string> = {
  careSms: "Aftercare by text message",
  careEmail: "Aftercare by email",
  offers: "Marketing, too",
};

/** What each field is called; those of the waits are called as their messages are. */
const FIELD_LABELS = {
  ...BOX_LABELS,
  protocol: "Treatment",
  at: "Done at",
  firstName: "First name",
  phone: "Phone",
  email: "Email",
  locale: "Language of the messages",
  timeZone: "Time zone of the patient",
  externalId: "External id",
};

/** What a field is called; undefined where the form has none of this name, or not any more. */
export function enrolLabel(name: string, values: FormValues, names: Names): string | undefined {
  const found = Object.entries(FIELD_LABELS).find(([each]) => each === name);
  return found?.[1] ?? waitLabel(name, values, names);
}

interface FormProps {
  place: Place;
  content: Content;
  /** Names this form: sent twice it enrols once. */
  formKey: string;
  words: ConsentWords;
  /** What is said under the number as far as it is typed. */
  phoneNote: string;
  values?: FormValues;
  problems?: FormProblems | undefined;
}

/** The form by which a front desk enrols. */
export function EnrolForm(props: FormProps) {
  const { place, content, formKey, words, phoneNote, values = {}, problems } = props;
  const { clinic, role } = place;
  const protocols = [...content.protocols.values()];
  const protocol = content.protocols.get(values["protocol"] ?? "") ?? protocols[0];
  const wrong = (...names: string[]) => names.some((name) => problems?.[name] !== undefined);
  const elsewhere = values["timeZone"] !== undefined || wrong("timeZone");
  const field = (name: keyof typeof FIELD_LABELS) => ({
    name,
    label: FIELD_LABELS[name],
    value: values[name],
    problems,
  });
  return (
    <form id="enrol" method="post" action={clinicPath(clinic.id)} data-enter>
      <EnrolRefusal problems={problems} />
      <input type="hidden" name="key" value={formKey} />
      <div class="pair">
        <SelectField
          {...field("protocol")}
          options={protocols.map(({ name, title }) => ({ value: name, label: title }))}
          autofocus
          required
        />
        <When {...props} />
      </div>
      <TextField {...field("firstName")} maxlength={40} required />
      <div class="pair">
        <TextField
          {...field("phone")}
          type="tel"
          inputmode="tel"
          maxlength={30}
          hint={<PhoneNote>{phoneNote}</PhoneNote>}
        />
        <TextField {...field("email")} type="email" inputmode="email" />
      </div>
      <fieldset class="consents">
        <legend>The patient agrees to</legend>
        {CONSENT_BOXES.map((box) => (
          <CheckField
            key={box}
            {...field(box)}
            checked={values[box] === "yes"}
            hint={<Words box={box} words={words} />}
          />
        ))}
        <Wording words={words} />
        {wrong("careSms") && (
          <CheckField
            name="silent"
            label="The patient wants no messages: enrol without them"
            checked={values["silent"] === "yes"}
          />
        )}
      </fieldset>
      <SelectField {...field("locale")} options={languageOptions(content, clinic.locale)} />
      <details open={elsewhere}>
        <summary>The patient lives in another time zone</summary>
        <TextField
          {...field("timeZone")}
          hint={`Such as America/Denver. Left empty: ${clinic.timeZone}, the clinic’s.`}
          extra={{ list: "zones" }}
        />
        <datalist id="zones">
          {Intl.supportedValuesOf("timeZone").map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      </details>
      <details open={waitProblems(problems)}>
        <summary>A clinician wants other waits</summary>
        {protocol && (
          <EnrolWaits
            protocol={protocol}
            content={content}
            admin={role === "admin"}
            names={namesFor(content, clinic)}
            values={values}
            problems={problems}
          />
        )}
      </details>
      <details open={wrong("externalId")}>
        <summary>Number in your own records</summary>
        <TextField
          {...field("externalId")}
          hint="By it the patient is known again, also under another name or number."
          maxlength={100}
        />
      </details>
    </form>
  );
}

function When({ place, values = {}, problems }: FormProps) {
  const earlier = values["when"] === "earlier";
  return (
    <fieldset class="when">
      <legend>Done</legend>
      <div class="row">
        <label>
          <input type="radio" name="when" value="now" checked={!earlier} />
          just now
        </label>
        <label>
          <input type="radio" name="when" value="earlier" checked={earlier} />
          earlier
        </label>
      </div>
      <TextField
        name="at"
        label={FIELD_LABELS.at}
        type="datetime-local"
        value={values["at"]}
        hint={`By the clinic’s clocks (${place.clinic.timeZone}).`}
        problems={problems}
      />
    </fieldset>
  );
}

/** What the number is, or that it is none yet; read out as it changes. */
export function PhoneNote({ children, swap }: { children: string; swap?: boolean }) {
  return (
    <span id="phone-note" aria-live="polite" {...(swap && { "hx-swap-oob": "true" })}>
      {children}
    </span>
  );
}

/** The exact words of a box. */
export function Words({
  box,
  words,
  swap,
}: {
  box: ConsentBox;
  words: ConsentWords;
  swap?: boolean;
}) {
  const oob = swap && { "hx-swap-oob": "true" };
  return (
    <q id={`words-${box}`} lang={words.locale} class="words" dir="auto" {...oob}>
      {words.boxes[box]}
    </q>
  );
}

/** Names the words that stand at the boxes. */
export function Wording({ words, swap }: { words: ConsentWords; swap?: boolean }) {
  const oob = swap && { "hx-swap-oob": "true" };
  return <input type="hidden" id="wording" name="wording" value={words.version} {...oob} />;
}

/** The languages in which there are messages; empty stands for what is known, or the clinic's. */
function languageOptions(content: Content, clinicLocale: string) {
  return [
    { value: "", label: `As before, else the clinic’s (${languageInWords(clinicLocale)})` },
    ...languagesOf(content).map((tag) => ({ value: tag, label: languageInWords(tag) })),
  ];
}
