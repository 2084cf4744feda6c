import type { ApiKeyInfo } from "../ledger/apiKeys.ts";
import type { Role } from "../ledger/tables.ts";
import { CopiedOnce } from "./copiedOnce.tsx";
import { FormRefusal, SelectField, TextField } from "./fields.tsx";
import type { FormProblems, FormValues } from "./forms.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Badge, Empty, Given, LocalTime, Notice, Press, Row, Table } from "./pieces.tsx";

const ROLES: Record<Role, { name: string; may: string }> = {
  enroll: { name: "front desk", may: "enrol patients, and read" },
  admin: { name: "admin", may: "cancel, replay and correct, too" },
};

/** The keys of a clinic, those that work first, and a form that makes one. */
export function KeysPage({
  place,
  keys,
  revoked = false,
  values = {},
  problems,
}: {
  place: Place;
  keys: readonly ApiKeyInfo[];
  /** Whether one has just been revoked. */
  revoked?: boolean;
  values?: FormValues;
  problems?: FormProblems;
}) {
  const { clinic, visitor } = place;
  const live = keys.filter(({ revokedAt }) => revokedAt === null);
  const sorted = [...live, ...keys.filter(({ revokedAt }) => revokedAt !== null)];
  return (
    <Page title="Keys" place={place} visitor={visitor} current="keys">
      {revoked && (
        <Notice tone="good">Revoked. Whatever used the key is refused from now on.</Notice>
      )}
      <p>
        A key lets a program of yours, such as the booking software, call Aftercare for this clinic.
        People need none: they sign in.
      </p>
      {keys.length === 0 ? (
        <Empty>No program calls for this clinic yet. Make a key for the first one below.</Empty>
      ) : (
        <Table label="Keys" head={["What it is for", "May", "Made", "State"]}>
          {sorted.map((each) => (
            <Row key={each.id}>
              <th scope="row">
                <Given>{each.label}</Given>
              </th>
              <td>{ROLES[each.role].may}</td>
              <td>
                <LocalTime at={each.createdAt} zone={clinic.timeZone} />
              </td>
              <td>
                {each.revokedAt === null ? (
                  <a href={clinicPath(clinic.id, `keys/${each.id}/revoke`)}>
                    Revoke<span class="spoken"> {each.label}</span>
                  </a>
                ) : (
                  <>
                    <Badge tone="plain">revoked</Badge>{" "}
                    <LocalTime at={each.revokedAt} zone={clinic.timeZone} />
                  </>
                )}
              </td>
            </Row>
          ))}
        </Table>
      )}
      <section aria-labelledby="make" class="short">
        <h2 id="make">Make a key</h2>
        <form method="post" action={clinicPath(clinic.id, "keys")}>
          <FormRefusal problems={problems} />
          <TextField
            name="label"
            label="What it is for"
            hint="Such as: booking software. The audit calls the key so."
            value={values["label"]}
            problems={problems}
            maxlength={60}
            required
          />
          <SelectField
            name="role"
            label="What it may do"
            value={values["role"] ?? "enroll"}
            problems={problems}
            options={(["enroll", "admin"] as const).map((role) => ({
              value: role,
              label: `${ROLES[role].name}: ${ROLES[role].may}`,
            }))}
            required
          />
          <button type="submit">Make the key</button>
        </form>
      </section>
    </Page>
  );
}

/** Shows the secret of a key, this once. */
export function MadeKey({
  place,
  made,
}: {
  place: Place;
  made: { label: string; role: Role; secret: string };
}) {
  const { clinic, visitor } = place;
  return (
    <Page title="The key is made" place={place} visitor={visitor} current="keys" width="narrow">
      <p>
        It is for <Given>{made.label}</Given>, and may {ROLES[made.role].may}.
      </p>
      <CopiedOnce secret={made.secret} what="Key" />
      <p>
        <a href={clinicPath(clinic.id, "keys")}>I have it: back to the keys</a>
      </p>
    </Page>
  );
}

/** Asks before a key is revoked. */
export function RevokeKey({ place, apiKey }: { place: Place; apiKey: ApiKeyInfo }) {
  const { clinic, visitor } = place;
  const { id, label, revokedAt } = apiKey;
  return (
    <Page title="Revoke a key" place={place} visitor={visitor} current="keys" width="narrow">
      {revokedAt === null ? (
        <>
          <p>
            <strong>
              <Given>{label}</Given>
            </strong>{" "}
            stops working at once, for good: the program that uses it can enrol nobody until it has
            another key. What is planned already still goes out.
          </p>
          <div class="actions">
            <Press
              action={clinicPath(clinic.id, `keys/${id}/revoke`)}
              label="Revoke it"
              tone="danger"
            />
            <a href={clinicPath(clinic.id, "keys")}>Leave it</a>
          </div>
        </>
      ) : (
        <p>
          This key was revoked <LocalTime at={revokedAt} zone={clinic.timeZone} />.{" "}
          <a href={clinicPath(clinic.id, "keys")}>Back to the keys</a>
        </p>
      )}
    </Page>
  );
}
