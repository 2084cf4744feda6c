import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { clinicFacts } from "../domain/clinicFacts.ts";
import { createInvitation, listInvitations, withdrawInvitation } from "../ledger/invitations.ts";
import { changeStaff, listStaff, type StaffMember, type StaffRefusal } from "../ledger/staff.ts";
import { type FormProblems, type FormValues, readForm, valuesOf } from "./forms.ts";
import { type Place, placeOf } from "./guard.ts";
import { invitationMail } from "./mail.ts";
import { noSuch, PageProblem } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import { clinicPath } from "./paths.ts";
import { keepPrivate, sendPage } from "./send.ts";
import {
  ChangeRole,
  HandOver,
  RemoveMember,
  STAFF_DEEDS,
  type StaffDeed,
  StaffPage,
} from "./staffView.tsx";

const memberParams = z.object({ clinicId: z.string(), userId: z.string().max(100) });
const invitationParams = z.object({ clinicId: z.string(), id: z.uuid() });

const role = z.enum(["front_desk", "admin"], "choose one");
const inviteForm = z.object({ email: z.string("is needed").pipe(clinicFacts.email), role });
const roleForm = z.object({ role });
const removeForm = z.object({ sure: z.literal("yes").optional() });

/** Who works at a clinic, and as what. */
export const staffRoutes: FastifyPluginCallbackZod<AdminParts> = (server, parts, done) => {
  const { ledger, clock, mailer, providers, publicUrl } = parts;

  async function pageOf(
    place: Place,
    shown: { did?: StaffDeed; values?: FormValues; problems?: FormProblems } = {},
  ) {
    const { id } = place.clinic;
    return (
      <StaffPage
        place={place}
        members={await listStaff(ledger.db, id)}
        invitations={await listInvitations(ledger.db, id, clock.now())}
        {...shown}
      />
    );
  }

  async function memberOf(clinicId: string, userId: string): Promise<StaffMember> {
    const members = await listStaff(ledger.db, clinicId);
    const member = members.find((each) => each.userId === userId);
    if (member === undefined) throw noSuch("person at this clinic");
    return member;
  }

  function change(place: Place, userId: string, to: "front_desk" | "admin" | null) {
    const asked = { clinicId: place.clinic.id, userId, role: to };
    return ledger.db
      .transaction()
      .execute((db) => changeStaff(db, asked, place.actor, clock.now()));
  }

  /** Whether the link is on its way by email. What the outbox takes is only shown: nobody gets it. */
  async function bring(email: string, clinicName: string, link: string): Promise<boolean> {
    if (providers.email === "outbox") return false;
    const outcome = await mailer?.sendNotice(invitationMail(email, clinicName, link));
    return outcome?.kind === "sent";
  }

  server.route({
    method: "GET",
    url: "/:clinicId/staff",
    config: { staff: "admin" },
    schema: { querystring: z.object({ did: z.string().max(20).optional() }) },
    async handler(request, reply) {
      const { did } = request.query;
      const known = STAFF_DEEDS.find((each) => each === did);
      return sendPage(reply, await pageOf(placeOf(request), known && { did: known }));
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/staff/invitations",
    config: { staff: "admin" },
    async handler(request, reply) {
      const place = placeOf(request);
      const { clinic, actor } = place;
      const read = readForm(inviteForm, request.body);
      const again = async (problems: FormProblems) =>
        sendPage(
          reply.code(422),
          await pageOf(place, { values: valuesOf(request.body), problems }),
        );
      if ("problems" in read) return again(read.problems);
      const { email } = read.value;
      const members = await listStaff(ledger.db, clinic.id);
      if (members.some((each) => each.email.toLowerCase() === email.toLowerCase())) {
        return again({
          email: "somebody with this address works here already: change their role in the list",
        });
      }
      const asked = { clinicId: clinic.id, operator: false, ...read.value };
      const { token } = await ledger.db
        .transaction()
        .execute((db) => createInvitation(db, asked, actor, clock.now()));
      const link = `${publicUrl}/admin/invitation/${token}`;
      if (!(await bring(email, clinic.name, link))) {
        return sendPage(reply, <HandOver place={place} email={email} link={link} />);
      }
      return keepPrivate(reply).redirect(`${clinicPath(clinic.id, "staff")}?did=invited`, 303);
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/staff/invitations/:id/withdraw",
    config: { staff: "admin" },
    schema: { params: invitationParams },
    async handler(request, reply) {
      const { clinic, actor } = placeOf(request);
      const which = { clinicId: clinic.id, id: request.params.id };
      const withdrawn = await ledger.db
        .transaction()
        .execute((db) => withdrawInvitation(db, which, actor, clock.now()));
      if (!withdrawn) throw noSuch("open invitation");
      return keepPrivate(reply).redirect(`${clinicPath(clinic.id, "staff")}?did=withdrawn`, 303);
    },
  });

  server.route({
    method: "GET",
    url: "/:clinicId/staff/:userId/role",
    config: { staff: "admin" },
    schema: { params: memberParams },
    async handler(request, reply) {
      const place = placeOf(request);
      const member = await memberOf(place.clinic.id, request.params.userId);
      return sendPage(reply, <ChangeRole place={place} member={member} />);
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/staff/:userId/role",
    config: { staff: "admin" },
    schema: { params: memberParams },
    async handler(request, reply) {
      const place = placeOf(request);
      const { userId } = request.params;
      const read = readForm(roleForm, request.body);
      if ("problems" in read) return sendPage(reply.code(422), await pageOf(place, read));
      refuse(await change(place, userId, read.value.role));
      // An admin who is one no more may not see this page.
      const own = userId === place.visitor.id && read.value.role !== "admin";
      const page = own
        ? clinicPath(place.clinic.id)
        : clinicPath(place.clinic.id, "staff?did=role");
      return keepPrivate(reply).redirect(page, 303);
    },
  });

  server.route({
    method: "GET",
    url: "/:clinicId/staff/:userId/remove",
    config: { staff: "admin" },
    schema: { params: memberParams },
    async handler(request, reply) {
      const place = placeOf(request);
      const member = await memberOf(place.clinic.id, request.params.userId);
      return sendPage(reply, <RemoveMember place={place} member={member} />);
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/staff/:userId/remove",
    config: { staff: "admin" },
    schema: { params: memberParams },
    async handler(request, reply) {
      const place = placeOf(request);
      const { userId } = request.params;
      const member = await memberOf(place.clinic.id, userId);
      const own = userId === place.visitor.id;
      const read = readForm(removeForm, request.body);
      const sure = "value" in read && read.value.sure === "yes";
      if (own && !sure) {
        const problems = { sure: "tick this to remove yourself" };
        return sendPage(
          reply.code(422),
          <RemoveMember place={place} member={member} problems={problems} />,
        );
      }
      refuse(await change(place, userId, null));
      const page = own ? "/admin" : `${clinicPath(place.clinic.id, "staff")}?did=removed`;
      return keepPrivate(reply).redirect(page, 303);
    },
  });

  done();
};

function refuse(refusal: StaffRefusal | null): void {
  switch (refusal) {
    case null:
      return;
    case "not_there":
      throw noSuch("person at this clinic");
    case "last_admin":
      throw new PageProblem(
        409,
        "This is the last admin",
        "Nobody would be left who may invite others or change the settings. Make somebody else an admin first.",
      );
  }
}
