import type { Content } from "../content/content.ts";
import type { UntoldCorrection } from "../ledger/untoldCorrections.ts";
import type { Place } from "./guard.ts";
import { clinicPath } from "./paths.ts";
import { Given, LocalTime } from "./pieces.tsx";
import { topicsInWords } from "./stepWords.ts";

/** The patients who were permitted something too early, and whom no message tells so. */
export function UntoldList({
  place: { clinic },
  content,
  untold,
}: {
  place: Place;
  content: Content;
  untold: readonly UntoldCorrection[];
}) {
  return (
    <section class="card cause" aria-labelledby="untold">
      <h2 id="untold">
        <span class="figure">{untold.length}</span> To call: a correction did not arrive
      </h2>
      <p>
        {untold.length === 1 ? "This patient was" : "These patients were"} told that something is
        allowed, and it is not. The message that says so did not reach them, and nothing else will.
      </p>
      <ul class="newest">
        {untold.map(({ reminderId, patient, topics, waitUntil }) => (
          <li key={reminderId}>
            <a href={clinicPath(clinic.id, `reminders/${reminderId}`)}>
              <Given>{patient.firstName}</Given>
            </a>
            {patient.phone !== null && (
              <>
                , <a href={`tel:${patient.phone}`}>{patient.phone}</a>
              </>
            )}
            : {topicsInWords(content, topics)}.{" "}
            {waitUntil === null ? (
              "Only you can say until when."
            ) : (
              <>
                Allowed from <LocalTime at={waitUntil} zone={clinic.timeZone} /> on.
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
