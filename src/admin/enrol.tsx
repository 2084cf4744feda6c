import { randomUUID } from "node:crypto";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { readPhone } from "../domain/phone.ts";
import { enrol } from "../ledger/enrol.ts";
import { planEnrolment } from "../ledger/enrolmentPlan.ts";
import { CONSENT_BOXES, consentWords, wordsOfVersion } from "./consentWords.ts";
import { type Draft, readDraft, readEnrolForm } from "./enrolForm.ts";
import { EnrolForm, enrolLabel, PhoneNote, Wording, Words } from "./enrolFormView.tsx";
import { Mended, WRONG, wrongOnes } from "./enrolMending.tsx";
import { Preview, phoneNoteOf, Timeless } from "./enrolPreview.tsx";
import { EnrolWaits } from "./enrolWaits.tsx";
import { type FormProblems, type FormValues, valuesOf } from "./forms.ts";
import { type Place, placeOf } from "./guard.ts";
import { Page } from "./layout.tsx";
import type { AdminParts } from "./parts.ts";
import { clinicPath } from "./paths.ts";
import { namesFor } from "./planWords.ts";
import { keepPrivate, sendPage, sendPart } from "./send.ts";

const params = z.object({ clinicId: z.string().max(60) });

/** What a form that enrolled is answered with when it comes again: ids and codes, nobody's data. */
interface Kept {
  treatmentId: string;
  warnings: string[];
}

const USED_UP =
  "This form has enrolled somebody already, with something else in it, and did nothing now. " +
  "If this is another treatment, press Enrol once more.";

/** Enrolling at the front desk: the form, the plan that stands beside it, and the act. */
export const enrolRoutes: FastifyPluginCallbackZod<AdminParts> = (server, parts, done) => {
  const { ledger, content, clock, metrics, providers } = parts;

  server.route({
    method: "GET",
    url: "/:clinicId",
    config: { staff: "front_desk" },
    schema: { params },
    async handler(request, reply) {
      return sendPage(reply, await formPage(placeOf(request), { formKey: randomUUID() }));
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId",
    config: { staff: "front_desk" },
    schema: { params },
    async handler(request, reply) {
      const place = placeOf(request);
      const { clinic, actor } = place;
      const now = clock.now();
      const { key = "", [WRONG]: _, ...values } = filledIn(request.body);
      const formKey = z.uuid().safeParse(key).success ? key : null;
      const read = await readEnrolForm(values, { place, content, ledger, now });
      if ("problems" in read || formKey === null) {
        const problems =
          "problems" in read ? read.problems : { "": "Nothing was done. Press Enrol once more." };
        const forbidden = "forbidden" in read && read.forbidden;
        const again = { formKey: formKey ?? randomUUID(), values, problems };
        return sendPage(reply.code(forbidden ? 403 : 422), await formPage(place, again));
      }
      const result = await enrol(
        ledger,
        { clinic, actor, ...read.value, idempotency: { key: `form:${formKey}`, body: values } },
        now,
        ({ treatment, warnings }): Kept => ({
          treatmentId: treatment.id,
          warnings: warnings.map(({ code }) => code),
        }),
      );
      if (result.kind === "conflict") {
        const again = { formKey: randomUUID(), values, problems: { "": USED_UP } };
        return sendPage(reply.code(409), await formPage(place, again));
      }
      if (result.kind === "created") {
        metrics.enrolments.inc();
        if (result.dueNow) parts.onDue();
      }
      const { treatmentId, warnings } = result.answer;
      const path = clinicPath(clinic.id, `treatments/${treatmentId}/enrolled`);
      const query = new URLSearchParams({
        did: result.kind === "created" ? "enrolled" : "before",
        ...(warnings.length > 0 && { warn: warnings.join(".") }),
      });
      return keepPrivate(reply).redirect(`${path}?${query.toString()}`, 303);
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/plan",
    config: { staff: "front_desk" },
    schema: { params },
    async handler(request, reply) {
      const place = placeOf(request);
      const values = filledIn(request.body);
      const draft = await readDraft(values, { place, content, ledger, now: clock.now() });
      const { clinic, role } = place;
      const words = consentWords(values["locale"] ?? clinic.locale, clinic.name);
      const protocol = content.protocols.get(values["protocol"] ?? "");
      return sendPart(
        reply,
        <>
          {await previewOf(place, values, draft)}
          {await mended(place, values, draft)}
          <PhoneNote swap>{phoneNote(values, place)}</PhoneNote>
          {values["wording"] !== words.version && (
            <>
              {CONSENT_BOXES.map((box) => (
                <Words key={box} box={box} words={words} swap />
              ))}
              <Wording words={words} swap />
            </>
          )}
          {protocol && values["waitsOf"] !== protocol.name && (
            <EnrolWaits
              protocol={protocol}
              content={content}
              admin={role === "admin"}
              names={namesFor(content, clinic)}
              values={{}}
              swap
            />
          )}
        </>,
      );
    },
  });

  async function formPage(
    place: Place,
    form: { formKey: string; values?: FormValues; problems?: FormProblems },
  ) {
    const { clinic, visitor } = place;
    const { values = {} } = form;
    const start = { protocol: content.protocols.keys().next().value ?? "", ...values };
    const draft = await readDraft(start, { place, content, ledger, now: clock.now() });
    const chosen = consentWords(values["locale"] ?? clinic.locale, clinic.name);
    const words = wordsOfVersion(values["wording"] ?? "", clinic.name) ?? chosen;
    return (
      <Page title="Enrol a patient" place={place} visitor={visitor} current="">
        <div class="columns enrolling">
          <EnrolForm
            {...form}
            place={place}
            content={content}
            words={words}
            phoneNote={phoneNote(values, place)}
          />
          <section aria-labelledby="plan-title">
            <h2 id="plan-title">What the patient will get</h2>
            <div
              id="plan"
              hx-post={clinicPath(clinic.id, "plan")}
              hx-include="#enrol"
              hx-trigger="input delay:300ms from:#enrol"
              hx-sync="this:replace"
            >
              {await previewOf(place, start, draft)}
            </div>
          </section>
          {/* After the plan: whoever reads down, or cannot see beside, comes to it before enrolling. */}
          <button type="submit" form="enrol">
            Enrol
          </button>
        </div>
      </Page>
    );
  }

  /** What is said of the fields that were wrong when the form was sent, by what is typed now. */
  async function mended(place: Place, values: FormValues, draft: Draft) {
    const wrong = wrongOnes(values);
    if (wrong.length === 0) return null;
    const read = await readEnrolForm(values, { place, content, ledger, now: clock.now() });
    const problems = { ...draft.problems, ...("problems" in read && read.problems) };
    const names = namesFor(content, place.clinic);
    const labelOf = (name: string) => enrolLabel(name, values, names);
    return <Mended wrong={wrong} problems={problems} labelOf={labelOf} />;
  }

  async function previewOf(place: Place, values: FormValues, { value, problems }: Draft) {
    const { clinic } = place;
    if (value === null)
      return <p class="empty">Choose a treatment, and its messages stand here.</p>;
    if (values["when"] === "earlier" && (values["at"] === undefined || problems["at"])) {
      return <Timeless problem={problems["at"]} />;
    }
    const now = clock.now();
    const plan = await planEnrolment(ledger.db, { clinic, ...value }, now);
    const phone = readPhone(values["phone"] ?? "", clinic.region);
    const names = namesFor(content, clinic);
    const { care } = value.enrolment.consent;
    const kept = care.filter((channel) => providers[channel] === "outbox");
    return <Preview {...{ read: value, plan, problems, phone, kept, clinic, now, names }} />;
  }

  function phoneNote(values: FormValues, { clinic }: Place): string {
    const text = values["phone"];
    const phone = readPhone(text ?? "", clinic.region);
    return phoneNoteOf(text, phone, clinic.region);
  }

  done();
};

/** What was filled in; a field that was left empty is not there. */
function filledIn(body: unknown): FormValues {
  return Object.fromEntries(Object.entries(valuesOf(body)).filter(([, value]) => value !== ""));
}
