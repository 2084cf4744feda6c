import type { ComponentChildren } from "preact";
import { addressOf } from "./assets.ts";
import type { Place, Visitor } from "./guard.ts";
import { ACCOUNT, clinicPath, QUEUES } from "./paths.ts";

/** How htmx is to behave: a refusal is shown where its answer would be, and nothing is evaluated. */
const HTMX = JSON.stringify({
  allowEval: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "[45]..", swap: true, error: true },
  ],
});

interface TopProps {
  place: Place | null;
  visitor: Visitor;
  current: string | undefined;
}

interface PageProps {
  title: string;
  /** What stands at the top instead of the title: a name, which no browser is to keep as a title. */
  heading?: ComponentChildren;
  /** The clinic that the page is of; null for a page of none. */
  place: Place | null;
  visitor: Visitor | null;
  /** The page in the menu that this one is, or belongs to. */
  current?: string;
  /** Wide pages hold tables; narrow ones a form. */
  width?: "narrow" | "wide";
  children: ComponentChildren;
}

/** A whole page for staff; every value in it is escaped. */
export function Page(props: PageProps) {
  const { title, heading = title, place, visitor, current, width = "wide", children } = props;
  const name = place === null ? "Aftercare" : place.clinic.name;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="color-scheme" content="light dark" />
        <meta name="format-detection" content="telephone=no" />
        <meta name="htmx-config" content={HTMX} />
        <title>{`${title} · ${name}`}</title>
        <link rel="icon" href={addressOf("icon.svg")} type="image/svg+xml" />
        <link rel="stylesheet" href={addressOf("pico.css")} />
        <link rel="stylesheet" href={addressOf("admin.css")} />
        <script src={addressOf("htmx.js")} defer />
        <script src={addressOf("sse.js")} defer />
        <script src={addressOf("admin.js")} defer />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the page
        </a>
        {visitor && <Top place={place} visitor={visitor} current={current} />}
        <main id="main" class={`container ${width}`} tabIndex={-1}>
          <h1>{heading}</h1>
          {children}
        </main>
      </body>
    </html>
  );
}

function Top(props: TopProps) {
  const { place, visitor } = props;
  return (
    <header class="top">
      <div class="container wide">
        <p class="where">
          {place === null ? (
            <a href="/admin">Aftercare</a>
          ) : (
            <a href={clinicPath(place.clinic.id)} dir="auto">
              {place.clinic.name}
            </a>
          )}
          {place !== null && visitor.memberships.length > 1 && (
            <a class="other" href="/admin">
              other clinics
            </a>
          )}
        </p>
        <div class="in-a-row">
          <Navigation {...props} />
        </div>
        {/* The same for a narrow screen: of the two, one is there at a time. */}
        <details class="folded">
          <summary>
            Menu
            {place !== null && <OpenAlarms count={place.openAlarms} />}
          </summary>
          <div>
            <Navigation {...props} />
          </div>
        </details>
      </div>
    </header>
  );
}

function Navigation({ place, visitor, current }: TopProps) {
  return (
    <>
      {place === null ? <Clinics visitor={visitor} /> : <Menu place={place} current={current} />}
      <nav class="own" aria-label="You">
        <a href={ACCOUNT} aria-current={current === "account" ? "page" : undefined}>
          <bdi>{visitor.name}</bdi>
        </a>
        {visitor.operator && (
          <a href={QUEUES} aria-current={current === "queues" ? "page" : undefined}>
            Queues
          </a>
        )}
        <form method="post" action="/admin/sign-out">
          <button class="link" type="submit">
            Sign out
          </button>
        </form>
      </nav>
    </>
  );
}

/** The way to where somebody works, on a page of no clinic. */
function Clinics({ visitor }: { visitor: Visitor }) {
  return (
    <nav class="menu" aria-label="Your clinics">
      <div>
        {visitor.memberships.map(({ clinic }) => (
          <a key={clinic.id} href={clinicPath(clinic.id)} dir="auto">
            {clinic.name}
          </a>
        ))}
      </div>
    </nav>
  );
}

/** The pages of a clinic, in the order of the menu. */
const MENU: readonly {
  page: string;
  label: string;
  adminOnly?: boolean;
  /** Only where something is kept in the outbox. */
  outboxOnly?: boolean;
}[] = [
  { page: "", label: "Enrol" },
  { page: "today", label: "Today" },
  { page: "patients", label: "Patients" },
  { page: "inbox", label: "Inbox" },
  { page: "failures", label: "Failures" },
  { page: "protocols", label: "Protocols" },
  { page: "outbox", label: "Outbox", outboxOnly: true },
  { page: "import", label: "Import", adminOnly: true },
  { page: "settings", label: "Settings", adminOnly: true },
  { page: "keys", label: "Keys", adminOnly: true },
  { page: "staff", label: "Staff", adminOnly: true },
  { page: "audit", label: "Audit", adminOnly: true },
];

function Menu({ place, current }: { place: Place; current: string | undefined }) {
  const pages = MENU.filter(
    ({ adminOnly, outboxOnly }) =>
      (!adminOnly || place.role === "admin") && (!outboxOnly || place.outbox),
  );
  const groups = [
    pages.filter(({ adminOnly }) => !adminOnly),
    pages.filter(({ adminOnly }) => adminOnly),
  ].filter((group) => group.length > 0);
  return (
    <nav class="menu" aria-label="Pages">
      {groups.map((group) => (
        <div key={group[0]?.page}>
          {group.map(({ page, label }) => (
            <a
              key={page}
              href={clinicPath(place.clinic.id, page)}
              aria-current={current === page ? "page" : undefined}
            >
              {label}
              {page === "inbox" && <OpenAlarms count={place.openAlarms} />}
            </a>
          ))}
        </div>
      ))}
    </nav>
  );
}

/** How many alarms are open, in the menu; `fresh` where it is to replace that, wherever it stands. */
export function OpenAlarms({ count, fresh = false }: { count: number; fresh?: boolean }) {
  return (
    <span class="open-alarms" {...(fresh && { "hx-swap-oob": "outerHTML:.open-alarms" })}>
      {count > 0 && (
        <span class="badge bad count">{count === 1 ? "1 alarm" : `${count} alarms`}</span>
      )}
    </span>
  );
}
