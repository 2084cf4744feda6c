import type { Invitation } from "../ledger/invitations.ts";
import type { StaffMember } from "../ledger/staff.ts";
import type { StaffRole } from "../ledger/tables.ts";
import { CopiedOnce } from "./copiedOnce.tsx";
import { CheckField, FormRefusal, SelectField, TextField } from "./fields.tsx";
import type { FormProblems, FormValues } from "./forms.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Badge, Given, LocalTime, Notice, Press, Row, Table } from "./pieces.tsx";

/** What has been done with a clinic's staff, as the page that says so is asked for. */
export const STAFF_DEEDS = ["invited", "withdrawn", "role", "removed"] as const;

export type StaffDeed = (typeof STAFF_DEEDS)[number];

const SAID: Record<StaffDeed, string> = {
  invited: "Invited: the link is on its way by email. It opens for a week, and once.",
  withdrawn: "Withdrawn: the link opens nothing any more.",
  role: "Changed. It holds from their next page on.",
  removed: "Removed: they see nothing of this clinic any more. The history keeps their name.",
};

const ROLE_NAMES: Record<StaffRole, string> = { front_desk: "front desk", admin: "admin" };

const ROLE_OPTIONS: readonly { value: StaffRole; label: string }[] = [
  { value: "front_desk", label: "front desk: enrols, reads, marks the inbox" },
  { value: "admin", label: "admin: cancels, replays and configures, too" },
];

/** Those who work at a clinic, those who are invited, and a form that invites. */
export function StaffPage({
  place,
  members,
  invitations,
  did,
  values = {},
  problems,
}: {
  place: Place;
  members: readonly StaffMember[];
  invitations: readonly Invitation[];
  did?: StaffDeed;
  values?: FormValues;
  problems?: FormProblems;
}) {
  const { clinic, visitor } = place;
  const admins = members.filter(({ role }) => role === "admin");
  return (
    <Page title="Staff" place={place} visitor={visitor} current="staff">
      {did !== undefined && <Notice tone="good">{SAID[did]}</Notice>}
      <Table
        label="Staff"
        head={[
          "Name",
          "Email",
          "Role",
          "Second factor",
          "Since",
          { name: "Remove", holds: "acts" },
        ]}
      >
        {members.map((member) => (
          <Member
            key={member.userId}
            place={place}
            member={member}
            last={admins.length === 1 && member.role === "admin"}
          />
        ))}
      </Table>
      {invitations.length > 0 && (
        <section aria-labelledby="invited">
          <h2 id="invited">Invited</h2>
          <Table
            label="Invitations"
            head={["Email", "Role", "The link opens until", { name: "Withdraw", holds: "acts" }]}
          >
            {invitations.map(({ id, email, role, expiresAt }) => (
              <Row key={id}>
                <th scope="row">
                  {email === null ? "whoever has the link" : <Given>{email}</Given>}
                </th>
                <td>{ROLE_NAMES[role]}</td>
                <td>
                  <LocalTime at={expiresAt} zone={clinic.timeZone} />
                </td>
                <td>
                  <Press
                    action={clinicPath(clinic.id, `staff/invitations/${id}/withdraw`)}
                    label="Withdraw"
                  />
                </td>
              </Row>
            ))}
          </Table>
        </section>
      )}
      <section aria-labelledby="invite" class="short">
        <h2 id="invite">Invite somebody</h2>
        <form method="post" action={clinicPath(clinic.id, "staff/invitations")}>
          <FormRefusal problems={problems} />
          <TextField
            name="email"
            label="Email"
            type="email"
            hint="They get a link by which they choose a password. It opens for a week."
            value={values["email"]}
            problems={problems}
            maxlength={254}
            required
          />
          <SelectField
            name="role"
            label="Role"
            value={values["role"] ?? "front_desk"}
            problems={problems}
            options={ROLE_OPTIONS}
            required
          />
          <button type="submit">Invite</button>
        </form>
      </section>
    </Page>
  );
}

/** One of the staff; the last admin stays one, as nobody else could appoint another. */
function Member({ place, member, last }: { place: Place; member: StaffMember; last: boolean }) {
  const { clinic, visitor } = place;
  const { userId, name, email, role, twoFactor, since } = member;
  return (
    <Row>
      <th scope="row">
        <Given>{name}</Given>
        {userId === visitor.id && " (you)"}
      </th>
      <td>
        <Given>{email}</Given>
      </td>
      <td>
        {ROLE_NAMES[role]}
        {last ? (
          <small class="detail">the only one: make somebody else an admin first</small>
        ) : (
          <>
            {" "}
            <a href={clinicPath(clinic.id, `staff/${userId}/role`)}>
              make {ROLE_NAMES[otherRole(role)]}
              <span class="spoken"> of {name}</span>
            </a>
          </>
        )}
      </td>
      <td>{twoFactor ? <Badge tone="good">on</Badge> : <Badge tone="warn">off</Badge>}</td>
      <td>
        <LocalTime at={since} zone={clinic.timeZone} />
      </td>
      <td>
        {!last && (
          <a href={clinicPath(clinic.id, `staff/${userId}/remove`)}>
            Remove<span class="spoken"> {name}</span>
          </a>
        )}
      </td>
    </Row>
  );
}

/** Shows the link of an invitation that no email brought, this once. */
export function HandOver({ place, email, link }: { place: Place; email: string; link: string }) {
  return (
    <Page
      title="Hand over this link"
      place={place}
      visitor={place.visitor}
      current="staff"
      width="narrow"
    >
      <p>
        <Given>{email}</Given> is invited, but no email could be sent to them. Give them this link
        yourself: whoever has it takes the place, so only to them.
      </p>
      <CopiedOnce secret={link} what="Link" />
      <p>
        <a href={clinicPath(place.clinic.id, "staff")}>I have it: back to the staff</a>
      </p>
    </Page>
  );
}

/** The role that somebody can be given instead. */
export function otherRole(role: StaffRole): StaffRole {
  return role === "admin" ? "front_desk" : "admin";
}

const ROLE_MEANS: Record<StaffRole, string> = {
  admin:
    "An admin can cancel and send messages again, change the settings and keys, and invite and remove people.",
  front_desk:
    "A front desk can enrol patients, read their pages and mark replies as handled, and no more.",
};

/** Asks before somebody is given the other role. */
export function ChangeRole({ place, member }: { place: Place; member: StaffMember }) {
  const { clinic, visitor } = place;
  const to = otherRole(member.role);
  const title = to === "admin" ? "Make an admin" : "Make front desk";
  return (
    <Page title={title} place={place} visitor={visitor} current="staff" width="narrow">
      <p>
        <strong>
          <Given>{member.name}</Given>
        </strong>{" "}
        (<Given>{member.email}</Given>) is {ROLE_NAMES[member.role]} now.
      </p>
      <p>
        {ROLE_MEANS[to]}
        {member.userId === visitor.id && " This is you: only another admin can change it back."}
      </p>
      <form method="post" action={clinicPath(clinic.id, `staff/${member.userId}/role`)}>
        <input type="hidden" name="role" value={to} />
        <div class="actions">
          <button type="submit">{title}</button>
          <a href={clinicPath(clinic.id, "staff")}>Leave it</a>
        </div>
      </form>
    </Page>
  );
}

/** Asks before somebody's place is taken away; of oneself it wants to be told that it is meant. */
export function RemoveMember({
  place,
  member,
  problems,
}: {
  place: Place;
  member: StaffMember;
  problems?: FormProblems;
}) {
  const { clinic, visitor } = place;
  const own = member.userId === visitor.id;
  return (
    <Page
      title={own ? "Remove yourself" : "Remove somebody"}
      place={place}
      visitor={visitor}
      current="staff"
      width="narrow"
    >
      <p>
        {own ? (
          <>You lose your place at this clinic at once: only another admin can invite you again.</>
        ) : (
          <>
            <strong>
              <Given>{member.name}</Given>
            </strong>{" "}
            (<Given>{member.email}</Given>) loses their place at this clinic at once, also where
            they are signed in now. What they did stays in the history.
          </>
        )}
      </p>
      <form method="post" action={clinicPath(clinic.id, `staff/${member.userId}/remove`)}>
        <FormRefusal problems={problems} />
        {own && (
          <CheckField
            name="sure"
            label="Yes, take my own place away"
            problems={problems}
            required
          />
        )}
        <div class="actions">
          <button type="submit" class="danger">
            {own ? "Remove myself" : "Remove"}
          </button>
          <a href={clinicPath(clinic.id, "staff")}>Leave it</a>
        </div>
      </form>
    </Page>
  );
}
