/** A reminder as the program answers it. */
export interface ReminderAnswer {
  id: string;
  step: string;
  channel: "sms" | "email";
  dueAt: string;
  localTime: string;
  status: string;
  statusReason: string | null;
}

/** A try at delivering a reminder, as the program answers it. */
export interface AttemptAnswer {
  id: string;
  dispatchNo: number;
  channel: "sms" | "email";
  provider: string;
  providerId: string | null;
  status: string;
  subject: string | null;
  body: string | null;
  code: string | null;
  endedAt: string | null;
  receipts: { status: string; code: string | null }[];
}

/** A treatment and its reminders, as the program answers them. */
export interface TreatmentAnswer {
  treatment: { id: string; status: string };
  reminders: ReminderAnswer[];
}

export interface PatientBody {
  firstName: string;
  phone?: string;
  email?: string;
  timeZone?: string;
}

/** An answer of the program: its status, and its body read as `T`. */
export interface Answer<T> {
  status: number;
  body: T;
}

/** The program's HTTP API, as a clinic's software calls it. Rejects where nothing answers. */
export function openApi(address: string, key: string) {
  async function call<T>(method: string, path: string, body?: object): Promise<Answer<T>> {
    const response = await fetch(`${address}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as T };
  }

  return {
    /** Enrols a micro-needling treatment that was done this moment. */
    enrol: (patient: PatientBody) =>
      call<TreatmentAnswer>("POST", "/treatments", enrolmentBody(patient)),
    plan: (patient: PatientBody) =>
      call<{ reminders: ReminderAnswer[] }>("POST", "/plans", enrolmentBody(patient)),
    treatment: (id: string) => call<TreatmentAnswer>("GET", `/treatments/${id}`),
    /** The ids of the clinic's treatments, all pages of them. */
    async treatmentIds(): Promise<string[]> {
      const ids: string[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        type Page = { items: { id: string }[]; nextCursor: string | null };
        const page: Answer<Page> = await call<Page>(
          "GET",
          `/treatments?limit=100${cursor && `&cursor=${cursor}`}`,
        );
        ids.push(...page.body.items.map(({ id }) => id));
        cursor = page.body.nextCursor;
      }
      return ids;
    },
    reminder: (id: string) =>
      call<ReminderAnswer & { attempts: AttemptAnswer[] }>("GET", `/reminders/${id}`),
    cancelTreatment: (id: string) =>
      call<TreatmentAnswer & { cancelled: number }>("POST", `/treatments/${id}/cancel`, {
        reason: "asked for by a test",
      }),
  };
}

export type Api = ReturnType<typeof openApi>;

function enrolmentBody(patient: PatientBody) {
  const now = new Date().toISOString();
  const channels = [...(patient.phone ? ["sms"] : []), ...(patient.email ? ["email"] : [])];
  return {
    protocol: "microneedling",
    performedAt: now,
    patient,
    channels,
    consent: { care: channels, rebook: [], source: "a test", at: now },
  };
}
