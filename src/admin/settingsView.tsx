import { CHANNEL_WORDS, type ChannelName } from "../domain/channel.ts";
import type { Pause } from "../domain/channelState.ts";
import { isDialable } from "../domain/phone.ts";
import type { Clinic } from "../ledger/clinics.ts";
import type { ReachedCap } from "../ledger/senders.ts";
import { CopiedOnce } from "./copiedOnce.tsx";
import { FormRefusal } from "./fields.tsx";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Badge, Facts, Given, LocalTime, Notice, Row, Table } from "./pieces.tsx";
import { FACT_NAMES } from "./settingsFacts.ts";
import { type FormPart, Hours, Telling, Tiers, ToPatients } from "./settingsFields.tsx";
import { languagesFor } from "./settingsForm.ts";
import { languageInWords } from "./stepWords.ts";

/** What carries a channel of the clinic, and why it does not just now. */
export interface Sender {
  channel: ChannelName;
  provider: string;
  pause: Pause | null;
  /** The cap on 24 hours of the sender of all clinics, while it is reached. */
  cap: ReachedCap | null;
}

const PROVIDER_NAMES: Record<string, string> = {
  outbox: "no provider",
  twilio: "Twilio",
  smtp: "a mail server",
};

/** The settings of a clinic as a form, and what it cannot change here. */
export function SettingsPage({
  place,
  languages,
  senders,
  mails,
  reached,
  values,
  problems,
  changed,
}: FormPart & {
  place: Place;
  /** Those that there are messages in. */
  languages: readonly string[];
  senders: readonly Sender[];
  /** Whether the program has somebody to bring emails to clinics. */
  mails: boolean;
  /** Whether an alarm reaches somebody at the clinic. */
  reached: boolean;
  changed: readonly string[] | undefined;
}) {
  const { clinic } = place;
  return (
    <Page title="Settings" place={place} visitor={place.visitor} current="settings">
      {changed !== undefined && <Changed fields={changed} />}
      {!reached && <Unreached emailed={clinic.email !== null && !mails} />}
      <Outdated clinic={clinic} languages={languages} />
      {clinic.postalAddress === null && (
        <Notice tone="plain">
          Without a postal address no marketing email (rebook steps) is sent.
        </Notice>
      )}
      <form method="post" action={clinicPath(clinic.id, "settings")} class="settings">
        <FormRefusal problems={problems} />
        <input type="hidden" name="version" value={values["version"] ?? ""} />
        <div class="columns">
          <ToPatients
            values={values}
            problems={problems}
            languages={languagesFor(clinic, languages)}
          />
          <Telling
            values={values}
            problems={problems}
            webhook={clinic.webhookUrl !== null}
            secret={clinic.webhookSecret !== null}
          />
        </div>
        <Tiers values={values} problems={problems} />
        <div class="columns">
          <Hours
            window="sendWindow"
            legend="Hours of sending"
            hint="On the patient's clock. What is due outside them waits for the next opening."
            values={values}
            problems={problems}
          />
          <Hours
            window="rebookWindow"
            legend="Hours of marketing (rebook steps)"
            hint="Laws differ by state: widen them with care."
            values={values}
            problems={problems}
          />
        </div>
        <button type="submit">Save</button>
      </form>
      <Fixed place={place} senders={senders} />
    </Page>
  );
}

/** Shows the secret of a webhook, this once. */
export function SecretPage({
  place,
  secret,
  changed,
}: {
  place: Place;
  secret: string;
  changed: readonly string[];
}) {
  return (
    <Page
      title="The webhook's secret"
      place={place}
      visitor={place.visitor}
      current="settings"
      width="narrow"
    >
      <Changed fields={changed} />
      <p>
        What is posted to <Given>{place.clinic.webhookUrl}</Given> is signed with this secret. Give
        it to whoever reads what is posted there.
      </p>
      <CopiedOnce secret={secret} />
      <p>
        <a href={clinicPath(place.clinic.id, "settings")}>Back to the settings</a>
      </p>
    </Page>
  );
}

function Changed({ fields }: { fields: readonly string[] }) {
  const named = Object.entries(FACT_NAMES).filter(([field]) => fields.includes(field));
  const names = named.map(([, name]) => name);
  return (
    <Notice tone="good">
      {names.length === 0
        ? "Nothing to change: it is so already."
        : `Changed: ${names.join(", ")}. It holds for whatever goes out from now on.`}
    </Notice>
  );
}

/** What was taken once and would not be now. */
function Outdated({ clinic, languages }: { clinic: Clinic; languages: readonly string[] }) {
  const { phone, region, locale } = clinic;
  const spoken = languages.some((tag) => locale === tag || locale.startsWith(`${tag}-`));
  return (
    <>
      {phone !== null && !isDialable(phone, region) && (
        <Notice tone="warn">
          Patients are told to call “<Given>{phone}</Given>”, which is no phone number. Put it right
          below, or leave it empty.
        </Notice>
      )}
      {!spoken && (
        <Notice tone="warn">
          There are no messages in the language “{languageInWords(locale)}”: patients get them in
          English. Choose another one below.
        </Notice>
      )}
    </>
  );
}

function Unreached({ emailed }: { emailed: boolean }) {
  return (
    <Notice tone="bad">
      <strong>An alarm reaches nobody at this clinic.</strong> A patient who texts of an emergency
      is seen only by whoever looks into the inbox.{" "}
      {emailed
        ? "This installation has no mail server, so the email below is not used: give a webhook, or have SMTP_URL set."
        : "Give an email for replies or a webhook."}
    </Notice>
  );
}

/** What is chosen by whoever looks after the installation. */
function Fixed({ place, senders }: { place: Place; senders: readonly Sender[] }) {
  const { timeZone, region } = place.clinic;
  return (
    <section aria-labelledby="fixed">
      <h2 id="fixed">Set by whoever looks after this installation</h2>
      <Facts
        facts={[
          { name: "Time zone", value: timeZone },
          { name: "Country of phone numbers", value: region },
        ]}
      />
      <Table label="Senders" head={["Channel", "Goes through", "State"]}>
        {senders.map(({ channel, provider, pause, cap }) => (
          <Row key={channel}>
            <th scope="row">{CHANNEL_WORDS[channel].first}</th>
            <td>{PROVIDER_NAMES[provider] ?? provider}</td>
            <td>
              {pause === null && provider === "outbox" && (
                <>
                  <Badge tone="warn">not set up</Badge> nothing is sent; messages are kept in the{" "}
                  <a href={clinicPath(place.clinic.id, "outbox")}>outbox</a>.
                </>
              )}
              {pause === null && provider !== "outbox" && cap === null && (
                <Badge tone="good">works</Badge>
              )}
              {pause === null && provider !== "outbox" && cap !== null && (
                <>
                  <Badge tone="warn">limit reached</Badge> of {cap.perDay} in 24 hours, all clinics
                  here together; it goes on at <LocalTime at={cap.goesOnAt} zone={timeZone} />.
                </>
              )}
              {pause !== null && (
                <>
                  <Badge tone="bad">paused</Badge> since{" "}
                  <LocalTime at={pause.since} zone={timeZone} />: {pause.detail} ({pause.code}).
                  What is due waits, and is tried again by itself.
                </>
              )}
            </td>
          </Row>
        ))}
      </Table>
    </section>
  );
}
