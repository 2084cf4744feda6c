import { afterAll, beforeAll } from "vitest";
import { PUBLIC_URL, startTestApp, type TestApp } from "../../support/app.ts";
import {
  type EnrolledAnswer,
  enrolmentBody,
  openClinic,
  type ReminderDetail,
  type TestClinic,
} from "../../support/clinic.ts";
import { type Deployment, type DeploymentKind, openDeployment } from "../../support/deployments.ts";
import { type FakeTwilio, startFakeTwilio } from "../../support/fakeTwilio.ts";
import { until } from "../../support/poll.ts";

/** Words of the text of the step `products`, which is due at once. */
export const PRODUCTS = "exfoliants";

/** A patient who can be reached by text messages only, and the reminder of one step. */
export interface Texted {
  enrolled: EnrolledAnswer;
  phone: string;
  id: string;
}

/** The program with a worker that texts by the fake, and a clinic of it. */
export interface Texting {
  running: TestApp;
  clinic: TestClinic;
  fake: FakeTwilio;
  /** Enrols a new patient without an email address, who was treated `agoMs` ago. */
  enrol(options?: { step?: string; agoMs?: number }): Promise<Texted>;
  detailOf(of: Texted): Promise<ReminderDetail>;
  /** Resolves with the reminder once it has this status. */
  ends(of: Texted, status: string): Promise<ReminderDetail>;
  /** Makes the fake refuse the text about products to the next patient, and waits for that. */
  refused(code: number): Promise<Texted>;
  /** Lets the fake take the text about products to the next patient, and cut the connection. */
  doubtful(): Promise<Texted>;
  /** The texts of the step `products` that were taken for this patient. */
  textsTo(of: Texted): unknown[];
}

/** Gives a `describe` block a program of its own that texts. */
export function useTexting(kind: DeploymentKind): Texting {
  let deployment: Deployment | undefined;
  let patients = 0;
  const parts: Partial<Pick<Texting, "running" | "clinic" | "fake">> = {};
  const texting: Texting = Object.assign(parts as Required<typeof parts>, {
    enrol: ({ step = "products", agoMs = 0 } = {}) => enrolAs(nextPhone(), { step, agoMs }),
    async detailOf({ id }: Texted) {
      return (await texting.clinic.desk.get<ReminderDetail>(`/v1/reminders/${id}`)).body;
    },
    ends(of: Texted, status: string) {
      // A test that moves the clock by hours makes the texts of all its patients due.
      const patience = { deadlineMs: 25_000 };
      const check = async () => {
        const detail = await texting.detailOf(of);
        return detail.status === status && detail;
      };
      return until(`the reminder is ${status}`, check, patience);
    },
    async refused(code: number) {
      const phone = nextPhone();
      texting.fake.refuse({ status: 400, code, times: 1, to: phone, body: PRODUCTS });
      const of = await enrolAs(phone, { step: "products", agoMs: 0 });
      // An answer may have read the reminder before its attempt.
      await until("the text is refused", async () => {
        const [attempt] = (await texting.detailOf(of)).attempts;
        return attempt?.status === "failed";
      });
      return of;
    },
    async doubtful() {
      const phone = nextPhone();
      texting.fake.acceptThenDrop(1, { to: phone, body: PRODUCTS });
      const of = await enrolAs(phone, { step: "products", agoMs: 0 });
      await texting.ends(of, "unknown");
      return of;
    },
    textsTo({ phone }: Texted) {
      return texting.fake.messages.filter(
        ({ params }) => params["To"] === phone && params["Body"]?.includes(PRODUCTS),
      );
    },
  });

  const nextPhone = () => `+1212555${1000 + ++patients}`;

  async function enrolAs(phone: string, { step, agoMs }: { step: string; agoMs: number }) {
    const { clinic, running } = texting;
    const at = new Date(running.clock.now().getTime() - agoMs);
    const { body: enrolled, ...answer } = await clinic.desk.post<EnrolledAnswer>("/v1/treatments", {
      ...enrolmentBody(at),
      patient: { externalId: phone, firstName: "Ana", phone, timeZone: "America/New_York" },
    });
    if (answer.status !== 201) throw new Error(`not enrolled: ${answer.text}`);
    const id = enrolled.reminders.find((each) => each.step === step)?.id ?? "";
    return { enrolled, phone, id };
  }

  beforeAll(async () => {
    const fake = await startFakeTwilio();
    parts.fake = fake;
    deployment = await openDeployment(kind);
    parts.running = await startTestApp(deployment, { worker: true, env: fake.env });
    fake.routeCallbacks({ publicUrl: PUBLIC_URL, localUrl: parts.running.address });
    parts.clinic = await openClinic(parts.running);
  });
  afterAll(async () => {
    await parts.running?.app.close();
    await deployment?.close();
    await parts.fake?.close();
  });
  return texting;
}
