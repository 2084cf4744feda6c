import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { visitorOf } from "./guard.ts";
import { Page } from "./layout.tsx";
import type { AdminParts } from "./parts.ts";
import { clinicPath } from "./paths.ts";
import { Empty, Given } from "./pieces.tsx";
import { keepPrivate, sendPage } from "./send.ts";

/** The front page: the clinics where somebody works, or the one that it is. */
export const homeRoutes: FastifyPluginCallbackZod<AdminParts> = (server, _parts, done) => {
  server.route({
    method: "GET",
    url: "/",
    config: { staff: "signed in" },
    handler(request, reply) {
      const visitor = visitorOf(request);
      const [first, ...more] = visitor.memberships;
      if (first !== undefined && more.length === 0) {
        return keepPrivate(reply).redirect(clinicPath(first.clinic.id), 303);
      }
      return sendPage(
        reply,
        <Page title="Your clinics" place={null} visitor={visitor} width="narrow">
          {first === undefined ? (
            <Empty>You work at no clinic here any more. Ask an admin of yours to invite you.</Empty>
          ) : (
            <ul class="choices">
              {visitor.memberships.map(({ clinic, role }) => (
                <li key={clinic.id}>
                  <a href={clinicPath(clinic.id)}>
                    <Given>{clinic.name}</Given>
                  </a>{" "}
                  <small>{role === "admin" ? "admin" : "front desk"}</small>
                </li>
              ))}
            </ul>
          )}
        </Page>,
      );
    },
  });
  done();
};
