/** What a column of a file can be, in the order in which it is asked. */
export const IMPORT_FIELDS = [
  "firstName",
  "phone",
  "email",
  "externalId",
  "performedAt",
  "time",
  "protocol",
  "timeZone",
  "locale",
  "careSms",
  "careEmail",
  "rebook",
  "consentAt",
] as const;

export type ImportField = (typeof IMPORT_FIELDS)[number];

/** Which column, counted from 0, has which field; a field without one is not in the file. */
export type ImportColumns = Readonly<Partial<Record<ImportField, number>>>;

/** The headers by which a column is known, in English and Spanish, without accents and signs. */
const HEADERS: Record<ImportField, readonly string[]> = {
  firstName: [
    "first name",
    "firstname",
    "given name",
    "forename",
    "name",
    "patient",
    "patient name",
    "patient first name",
    "nombre",
    "nombre de pila",
    "primer nombre",
    "nombre paciente",
    "nombre del paciente",
    "paciente",
  ],
  phone: [
    "phone",
    "phone number",
    "mobile",
    "mobile phone",
    "mobile number",
    "cell",
    "cell phone",
    "cellphone",
    "telephone",
    "tel",
    "sms",
    "whatsapp",
    "patient phone",
    "telefono",
    "movil",
    "telefono movil",
    "celular",
    "numero de telefono",
    "numero de movil",
    "telefono celular",
  ],
  email: [
    "email",
    "e mail",
    "mail",
    "email address",
    "patient email",
    "correo",
    "correo electronico",
    "direccion de correo",
    "direccion de correo electronico",
  ],
  externalId: [
    "id",
    "patient id",
    "external id",
    "externalid",
    "patient number",
    "patient no",
    "client id",
    "customer id",
    "mrn",
    "chart number",
    "record number",
    "file number",
    "numero de paciente",
    "id paciente",
    "id de paciente",
    "numero de historia",
    "historia clinica",
    "expediente",
    "numero de expediente",
    "codigo",
    "codigo de paciente",
  ],
  performedAt: [
    "performed at",
    "performedat",
    "treatment date",
    "date of treatment",
    "treatment time",
    "treated at",
    "treated on",
    "date",
    "date time",
    "datetime",
    "date and time",
    "done at",
    "appointment",
    "appointment date",
    "fecha",
    "fecha y hora",
    "fecha del tratamiento",
    "fecha de tratamiento",
    "fecha tratamiento",
    "fecha de la cita",
    "cita",
    "realizado",
  ],
  time: ["time", "time of day", "hour", "appointment time", "end time", "hora", "hora de la cita"],
  protocol: [
    "protocol",
    "treatment",
    "treatment type",
    "procedure",
    "service",
    "treatment name",
    "protocolo",
    "tratamiento",
    "procedimiento",
    "servicio",
    "tipo de tratamiento",
  ],
  timeZone: ["time zone", "timezone", "tz", "zona horaria", "huso horario"],
  locale: [
    "language",
    "locale",
    "lang",
    "preferred language",
    "idioma",
    "lengua",
    "idioma preferido",
  ],
  careSms: [
    "sms consent",
    "consent sms",
    "text consent",
    "consent text",
    "consents to sms",
    "sms opt in",
    "text opt in",
    "consent to texts",
    "consentimiento sms",
    "acepta sms",
    "autoriza sms",
    "consentimiento de sms",
    "acepta mensajes",
  ],
  careEmail: [
    "email consent",
    "consent email",
    "consents to email",
    "email opt in",
    "consent to emails",
    "consentimiento email",
    "consentimiento correo",
    "acepta email",
    "acepta correo",
    "autoriza correo",
    "acepta correos",
    "consentimiento de correo",
  ],
  rebook: [
    "marketing",
    "marketing consent",
    "consent marketing",
    "marketing opt in",
    "offers",
    "promotions",
    "publicidad",
    "promociones",
    "consentimiento de publicidad",
    "acepta publicidad",
    "consentimiento marketing",
    "acepta promociones",
  ],
  consentAt: [
    "consent at",
    "consent date",
    "consented at",
    "consented on",
    "date of consent",
    "fecha de consentimiento",
    "fecha del consentimiento",
    "fecha consentimiento",
  ],
};

/** Guesses what each column is by its header; a field is the first column that could be it. */
export function guessColumns(headers: readonly string[]): ImportColumns {
  const plain = headers.map(plainWords);
  const taken = new Set<number>();
  const found: Partial<Record<ImportField, number>> = {};
  for (const field of IMPORT_FIELDS) {
    // The earlier of the names are the surer ones.
    const columns = HEADERS[field].map((name) =>
      plain.findIndex((header, index) => header === name && !taken.has(index)),
    );
    const column = columns.find((index) => index >= 0);
    if (column === undefined) continue;
    found[field] = column;
    taken.add(column);
  }
  return found;
}

/** A text as words are compared: in lower case, without accents, and with one space for all signs. */
export function plainWords(text: string): string {
  return text
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
