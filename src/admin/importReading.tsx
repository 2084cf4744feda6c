import { type DateOrder, readImportTime } from "../domain/importTime.ts";
import { TextField } from "./fields.tsx";
import type { FormProblems, FormValues } from "./forms.ts";
import type { Place } from "./guard.ts";
import type { FileTimes } from "./importForm.ts";
import { many } from "./importWords.ts";
import { localText } from "./pieces.tsx";

interface ReadingProps {
  place: Place;
  times: FileTimes;
  values: FormValues;
  problems?: FormProblems | undefined;
  now: Date;
}

/** How the times of the file are read, as far as its columns are known. */
export function Reading({ place, times, values, problems, now }: ReadingProps) {
  const { timeZone: zone } = place.clinic;
  const { ordered, unclear, muddled, withoutTime, first } = times;
  const chosen = values["order"];
  const order =
    chosen === "dmy" || chosen === "mdy" ? chosen : (times.order ?? (ordered ? null : "dmy"));
  const readAs = (text: string, by: DateOrder | null) => {
    const reading = { order: by, timeOfDay: values["timeOfDay"] || null, zone, now };
    const exact = readImportTime(text, reading);
    if ("at" in exact) return localText(exact.at, zone);
    const day = readImportTime(text, { ...reading, timeOfDay: "00:00" });
    return "at" in day ? dayOf(localText(day.at, zone)) : null;
  };
  const sample = unclear ?? ordered;
  return (
    <>
      {sample !== null && (
        <fieldset
          {...(problems?.["order"] !== undefined && { "aria-describedby": "order-problem" })}
        >
          <legend>Dates such as “{sample}”</legend>
          {times.order === null && (
            <p class="notice warn">
              {muddled
                ? "Some dates of this file have the day first and some the month. Whichever you choose, the others are refused: better put them right in the file."
                : "This file does not tell whether the day or the month comes first. Read wrongly, patients would be told weeks early or late."}
            </p>
          )}
          {(["dmy", "mdy"] as const).map((each) => (
            <label key={each}>
              <input type="radio" name="order" value={each} checked={order === each} required />
              {each === "dmy" ? "Day first" : "Month first"}
              {": "}
              {dateWords(readAs(sample, each), sample)}
            </label>
          ))}
          {problems?.["order"] !== undefined && (
            <small id="order-problem" class="problem">
              {problems["order"]}
            </small>
          )}
        </fieldset>
      )}
      {withoutTime > 0 && (
        <TextField
          name="timeOfDay"
          label="Time of day of dates without one"
          value={values["timeOfDay"]}
          hint={`${many(withoutTime, "date has", "dates have")} none. Take the latest that it can have been, such as 18:00: what a patient may do again is counted from it.`}
          problems={problems}
          required
        />
      )}
      {first.length > 0 && order !== null && (
        <p class="read-as">
          By the clinic’s clocks ({zone}), the first rows say:{" "}
          {first.map((text, index) => (
            <span key={`${index} ${text}`}>
              “<bdi>{text}</bdi>” is <strong>{readAs(text, order) ?? "no date and time"}</strong>
              {index < first.length - 1 ? ", " : "."}
            </span>
          ))}
        </p>
      )}
    </>
  );
}

function dateWords(read: string | null, sample: string): string {
  // The order is about the day alone.
  return read === null ? `“${sample}” is no date` : `“${sample}” will be read as ${dayOf(read)}`;
}

/** `Wed 25 Nov 2026, 15:30` without its time of day. */
const dayOf = (text: string) => text.replace(/,.*$/, "");
