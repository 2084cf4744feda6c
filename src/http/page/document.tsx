import type { ComponentChildren } from "preact";
import { render } from "preact-render-to-string";
import type { PageWords } from "../../content/pageWords.ts";
import { STYLE } from "./style.ts";

/** A clinic as its patients see it. */
export interface ClinicOnPage {
  name: string;
  phone: string | null;
}

interface DocumentProps {
  words: PageWords;
  title: string;
  /** Null where it is not known whose page this is. */
  clinic: ClinicOnPage | null;
  /** What stands at the foot beside the clinic. */
  foot?: ComponentChildren;
  children: ComponentChildren;
}

/** A whole page for patients as HTML; every value in it is escaped. */
export function documentHtml(props: DocumentProps): string {
  return `<!doctype html>\n${render(<Document {...props} />)}\n`;
}

function Document({ words, title, clinic, foot, children }: DocumentProps) {
  const name = clinic === null ? title : `${title} · ${clinic.name}`;
  return (
    <html lang={words.locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="referrer" content="no-referrer" />
        <meta name="format-detection" content="telephone=no" />
        <meta name="color-scheme" content="light dark" />
        <title>{name}</title>
        {/* The hash in the policy is of these very bytes. */}
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        {clinic && (
          <header class="top">
            <div class="wrap">
              <p class="clinic">{clinic.name}</p>
              <Call words={words} clinic={clinic} />
            </div>
          </header>
        )}
        <main class="wrap">{children}</main>
        {clinic && (
          <footer>
            <div class="wrap">
              <h2>{words.say("questions")}</h2>
              <p>{words.say("questionsText", { clinic: clinic.name })}</p>
              {clinic.phone !== null && (
                <p>
                  <PhoneLink phone={clinic.phone} />
                </p>
              )}
              {foot}
            </div>
          </footer>
        )}
      </body>
    </html>
  );
}

function Call({ words, clinic }: { words: PageWords; clinic: ClinicOnPage }) {
  const { phone } = clinic;
  if (phone === null) return null;
  return (
    <a class="button" href={telephone(phone)}>
      {words.say("call", { phone })}
    </a>
  );
}

/** The clinic's number, as one that a phone can call. */
export function PhoneLink({ phone }: { phone: string }) {
  return <a href={telephone(phone)}>{phone}</a>;
}

/** RFC 3966: a number without the marks that people set between its digits. */
function telephone(phone: string): string {
  return `tel:${phone.replace(/[^\d+*#]/g, "")}`;
}
