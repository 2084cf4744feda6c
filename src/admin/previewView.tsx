import type { Content } from "../content/content.ts";
import type { Preview } from "../content/preview.ts";
import type { Privacy } from "../domain/message.ts";
import type { Protocol } from "../domain/protocol.ts";
import { countWords } from "./careWords.ts";
import type { Place } from "./guard.ts";
import { clinicPath } from "./paths.ts";
import { Badge } from "./pieces.tsx";
import { KIND_WORDS, topicsInWords, whenInWords } from "./stepWords.ts";
import { type Cost, costOf } from "./textCost.ts";

/** In which language messages are, and how much they say. */
export interface Way {
  locale: string;
  privacy: Privacy;
}

interface PreviewProps {
  preview: Preview;
  way: Way;
  place: Place;
  content: Content;
  protocol: Protocol;
  /** What staff call the message. */
  name: string;
  cost: Cost;
}

/** One message as its patient sees it: on a phone, and as an email. */
export function PreviewCard({ preview, way, place, content, protocol, name, cost }: PreviewProps) {
  const { step, sms, email } = preview;
  const { word, tone } = KIND_WORDS[step.kind];
  const query = new URLSearchParams({ ...way });
  const path = `protocols/${protocol.name}/email/${step.key}`;
  const commercial = step.kind === "rebook" && place.clinic.postalAddress === null;
  return (
    <article class="card preview" id={`step-${step.key}`}>
      <header>
        <h3>{name}</h3>
        <Badge tone={tone}>{word}</Badge>
      </header>
      <p class="when">
        {whenInWords(step)}: {topicsInWords(content, step.topics)}{" "}
        <code class="muted">{step.key}</code>
      </p>
      {sms && (
        <>
          <p class="phone" lang={way.locale} dir="auto">
            {sms.text}
          </p>
          <p class="size">
            {countWords(sms.segments, "text segment")}, {sms.characters} characters{" "}
            <code class="muted">{sms.encoding}</code>
            {cost.price !== null && <>; costs {costOf(sms.segments, cost.price)}</>}
          </p>
        </>
      )}
      {email && (
        <div class="mail">
          <p>
            Email: <strong dir="auto">{email.subject}</strong>
          </p>
          {commercial && (
            <p class="none">
              Not sent by email yet: marketing needs the clinic's postal address, which is missing.
            </p>
          )}
          <details>
            <summary>
              The email<span class="hidden"> of “{name}”</span>
            </summary>
            <iframe
              title={`The email of “${name}”`}
              src={`${clinicPath(place.clinic.id, path)}?${query}`}
              sandbox=""
              loading="lazy"
            />
          </details>
          <details>
            <summary>
              Its plain text<span class="hidden"> of “{name}”</span>
            </summary>
            <pre lang={way.locale} dir="auto">
              {email.text}
            </pre>
          </details>
        </div>
      )}
    </article>
  );
}
