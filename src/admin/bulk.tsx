import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { actOnMatching, BATCH, type BulkResult } from "../ledger/bulkActions.ts";
import { nameReminders } from "../ledger/reminders.ts";
import {
  type BulkForm,
  bulkForm,
  bulkQuery,
  filterOf,
  firstCursor,
  type Run,
  runForm,
  runOf,
} from "./bulkForm.ts";
import { RunPage, RunPart } from "./bulkRunView.tsx";
import { BulkFormPage, DryRunPage, type Step } from "./bulkView.tsx";
import { type FormProblems, readForm, valuesOf } from "./forms.ts";
import { type Place, placeOf } from "./guard.ts";
import { PageProblem } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import { namesFor } from "./planWords.ts";
import { sendPage, sendPart } from "./send.ts";

/** A dry run that is older than this is looked at anew before anything is done, in milliseconds. */
const DRY_RUN_LASTS_MS = 60 * 60_000;

/** Replaying and cancelling all reminders that a choice finds: looked at first, then batch by batch. */
export const bulkRoutes: FastifyPluginCallbackZod<AdminParts> = (
  server,
  { ledger, clock, content, onDue },
  done,
) => {
  /** The messages of all protocols; where two have a step of the same key, both are meant by it. */
  function stepsFor({ clinic }: Place): Step[] {
    const names = namesFor(content, clinic);
    const called = new Map<string, Set<string>>();
    for (const { name, steps } of content.protocols.values()) {
      for (const { key } of steps) {
        called.set(key, (called.get(key) ?? new Set()).add(names.message(name, key)));
      }
    }
    const steps = [...called].map(([value, of]) => ({ value, label: [...of].join(" / ") }));
    return steps.sort((one, other) => one.label.localeCompare(other.label));
  }

  server.route({
    method: "GET",
    url: "/:clinicId/failures/bulk",
    config: { staff: "admin" },
    schema: { querystring: bulkQuery },
    handler(request, reply) {
      const place = placeOf(request);
      const steps = stepsFor(place);
      return sendPage(reply, <BulkFormPage place={place} steps={steps} values={request.query} />);
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/failures/bulk",
    config: { staff: "admin" },
    async handler(request, reply) {
      const place = placeOf(request);
      const steps = stepsFor(place);
      const values = valuesOf(request.body);
      const again = (problems: FormProblems) =>
        sendPage(
          reply.code(422),
          <BulkFormPage place={place} steps={steps} values={values} problems={problems} />,
        );
      const read = readForm(bulkForm, request.body);
      if ("problems" in read) return again(read.problems);
      // Whoever comes back to change the choice finds it as it was.
      if (values["change"] !== undefined) {
        return sendPage(reply, <BulkFormPage place={place} steps={steps} values={values} />);
      }
      const cursor = firstCursor(clock.now());
      const result = await lookOrAct(place, read.value, { cursor, dryRun: true });
      const first = await nameReminders(ledger.db, place.clinic.id, result.first);
      const names = namesFor(content, place.clinic);
      const page = { place, steps, form: read.value, values, result, first, names };
      return sendPage(reply, <DryRunPage {...page} began={cursor.began} />);
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/failures/bulk/run",
    config: { staff: "admin" },
    async handler(request, reply) {
      const place = placeOf(request);
      const steps = stepsFor(place);
      const values = valuesOf(request.body);
      const form = readForm(bulkForm, request.body);
      const carried = readForm(runForm, request.body);
      const again = (problems: FormProblems) => {
        // Part of a page cannot show the form; what is done stays done, and the rest is chosen anew.
        if (request.headers["hx-request"] !== undefined) {
          const advice = "What is done stays done. Go back to the failures, and choose anew.";
          throw new PageProblem(422, "This run has ended", advice);
        }
        return sendPage(
          reply.code(422),
          <BulkFormPage place={place} steps={steps} values={values} problems={problems} />,
        );
      };
      if ("problems" in form) return again(form.problems);
      if ("problems" in carried) return again({ "": "Look first at what it would do." });
      const run = runOf(carried.value);
      const now = clock.now().getTime();
      const age = now - run.cursor.began.getTime();
      if (age < 0 || age > DRY_RUN_LASTS_MS) {
        return again({ "": "What was shown is too old by now: look again, then press." });
      }
      const result = await lookOrAct(place, form.value, { cursor: run.cursor, dryRun: false });
      if (result.dueNow) onDue();
      const state = { place, values, action: form.value.action, ...goneOn(run, result) };
      return request.headers["hx-request"] === undefined
        ? sendPage(reply, <RunPage {...state} />)
        : sendPart(reply, <RunPart {...state} />);
    },
  });

  function lookOrAct(
    { clinic, actor }: Place,
    form: BulkForm,
    { cursor, dryRun }: Pick<Run, "cursor"> & { dryRun: boolean },
  ): Promise<BulkResult> {
    const { action, reason } = form;
    return actOnMatching(
      ledger,
      {
        clinicId: clinic.id,
        action,
        filter: filterOf(form, clinic.timeZone),
        reason,
        actor,
        dryRun,
        limit: BATCH,
        // A run shows after each batch how far it is; a look is over all that one call looks at.
        ...(!dryRun && { lookAt: BATCH }),
        cursor,
      },
      clock,
    );
  }

  done();
};

/** A run after one more batch, and whether that was the last. */
function goneOn(run: Run, result: BulkResult): { run: Run; ended: boolean } {
  const refused = new Map(run.refused);
  for (const [code, times] of result.refused) refused.set(code, (refused.get(code) ?? 0) + times);
  return {
    run: { ...run, cursor: result.next ?? run.cursor, done: run.done + result.changed, refused },
    ended: result.next === null,
  };
}
