import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { alarmWays } from "../domain/alarmWays.ts";
import { CHANNELS } from "../domain/channel.ts";
import { listChannelStates } from "../ledger/channelStates.ts";
import { changeClinic } from "../ledger/clinicChanges.ts";
import { type Clinic, findClinic, lockClinic } from "../ledger/clinics.ts";
import { reachedCaps } from "../ledger/senders.ts";
import { type FormProblems, type FormValues, readForm, valuesOf } from "./forms.ts";
import { type Place, placeOf } from "./guard.ts";
import { noSuch } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import { clinicPath } from "./paths.ts";
import { keepPrivate, sendPage } from "./send.ts";
import { FACT_NAMES } from "./settingsFacts.ts";
import { realChanges, settingsForm, settingsValues, versionOf } from "./settingsForm.ts";
import { SecretPage, type Sender, SettingsPage } from "./settingsView.tsx";
import { languagesOf } from "./stepWords.ts";

const query = z.object({ changed: z.string().max(300).optional() });

const OUT_OF_DATE =
  "Somebody changed the settings while you had them open. They are shown as they are now: make your changes again.";

/** What a clinic decides by itself: who it is to patients, when it sends, and who hears of alarms. */
export const settingsRoutes: FastifyPluginCallbackZod<AdminParts> = (server, parts, done) => {
  const { ledger, clock, content, mailer, pacing, providers } = parts;
  const languages = languagesOf(content);

  async function sendersOf(clinicId: string): Promise<Sender[]> {
    const states = await listChannelStates(ledger.db, clinicId);
    const caps = await reachedCaps(ledger.db, pacing, clock.now());
    return CHANNELS.map((channel) => ({
      channel,
      provider: providers[channel],
      pause: states.find((each) => each.channel === channel)?.pause ?? null,
      cap: caps.get(channel) ?? null,
    }));
  }

  async function pageOf(
    place: Place,
    clinic: Clinic,
    shown: { values?: FormValues; problems?: FormProblems; changed?: string[] } = {},
  ) {
    return (
      <SettingsPage
        place={{ ...place, clinic }}
        languages={languages}
        senders={await sendersOf(clinic.id)}
        mails={mailer !== null}
        reached={alarmWays(clinic, mailer !== null).length > 0}
        values={shown.values ?? settingsValues(clinic)}
        problems={shown.problems}
        changed={shown.changed}
      />
    );
  }

  server.route({
    method: "GET",
    url: "/:clinicId/settings",
    config: { staff: "admin" },
    schema: { querystring: query },
    async handler(request, reply) {
      const place = placeOf(request);
      const named = request.query.changed?.split(",").filter((field) => field in FACT_NAMES);
      const page = await pageOf(place, place.clinic, named && { changed: named });
      return sendPage(reply, page);
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/settings",
    config: { staff: "admin" },
    async handler(request, reply) {
      const place = placeOf(request);
      const { clinic, actor } = place;
      const read = readForm(settingsForm(clinic, languages), request.body);
      if ("problems" in read) {
        const { problems } = read;
        const values = valuesOf(request.body);
        return sendPage(reply.code(422), await pageOf(place, clinic, { values, problems }));
      }
      const { changes, version } = read.value;
      const changed = await ledger.db.transaction().execute(async (db) => {
        const before = await lockClinic(db, clinic.id);
        if (before === undefined || versionOf(before) !== version) return undefined;
        return changeClinic(db, clinic.id, realChanges(before, changes), actor, clock.now());
      });
      if (changed === undefined) {
        const present = await findClinic(ledger.db, clinic.id);
        if (present === undefined) throw noSuch("clinic");
        const page = await pageOf(place, present, { problems: { "": OUT_OF_DATE } });
        return sendPage(reply.code(409), page);
      }
      const { fields, madeSecret } = changed;
      if (madeSecret !== null) {
        const after = { ...place, clinic: changed.clinic };
        const page = <SecretPage place={after} secret={madeSecret} changed={fields} />;
        return sendPage(reply, page);
      }
      const said = `?changed=${fields.join(",")}`;
      return keepPrivate(reply).redirect(`${clinicPath(clinic.id, "settings")}${said}`, 303);
    },
  });

  done();
};
