import type { Content } from "../content/content.ts";
import type { Preview } from "../content/preview.ts";
import type { TextTotal } from "../content/textTotal.ts";
import type { Privacy } from "../domain/message.ts";
import type { Protocol } from "../domain/protocol.ts";
import { Course, Legend } from "./courseView.tsx";
import { FormRefusal, TextField } from "./fields.tsx";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Badge, Facts, Given, Row, Table } from "./pieces.tsx";
import { namesFor } from "./planWords.ts";
import { PreviewCard, type Way } from "./previewView.tsx";
import { languageInWords } from "./stepWords.ts";
import { type Cost, costOf } from "./textCost.ts";

interface ProtocolProps {
  place: Place;
  content: Content;
  protocol: Protocol;
  /** Every way there is, and what all of its texts come to. */
  ways: readonly (Way & { total: TextTotal })[];
  chosen: Way;
  /** The messages, the chosen way. */
  previews: readonly Preview[];
  cost: Cost;
}

/** How staff read each privacy tier. */
const PRIVACY_WORDS: Record<Privacy, { word: string; text: string }> = {
  standard: { word: "standard", text: "names products and activities, not the treatment" },
  explicit: { word: "explicit", text: "names the treatment as well" },
  neutral: { word: "neutral", text: "names neither: only that there is something to read" },
};

/** One protocol: its course, and its messages as patients see them. */
export function ProtocolPage(props: ProtocolProps) {
  const { place, content, protocol, chosen, previews, cost } = props;
  const names = namesFor(content, place.clinic);
  const called = (step: string) => names.message(protocol.name, step);
  const planned = protocol.steps.filter(({ kind }) => kind !== "retraction");
  const retractions = protocol.steps.filter(({ kind }) => kind === "retraction");
  return (
    <Page title={protocol.title} place={place} visitor={place.visitor} current="protocols">
      <Facts
        facts={[
          { name: "Name", value: <code>{protocol.name}</code> },
          { name: "Version", value: protocol.version },
          { name: "Source", value: <Given>{protocol.source}</Given> },
        ]}
      />
      <section aria-labelledby="course">
        <h2 id="course">When what is sent</h2>
        <Course content={content} called={called} steps={planned} />
        <Legend />
        {retractions.length > 0 && (
          <>
            <h3>Only where a message came too early</h3>
            <p>
              These are sent where a permission went out and the treatment turns out to have been
              later, or another treatment asks for a longer wait.
            </p>
            <Course content={content} called={called} steps={retractions} />
          </>
        )}
      </section>
      <section aria-labelledby="ways">
        <h2 id="ways">Languages, and how much a text says</h2>
        <Ways {...props} />
        <Price {...props} />
      </section>
      <section aria-labelledby="messages">
        <h2 id="messages">
          The messages: {languageInWords(chosen.locale)}, {PRIVACY_WORDS[chosen.privacy].word}
        </h2>
        <p>
          As a patient called Alexandra gets them from <Given>{place.clinic.name}</Given>. A longer
          name can make a text take one segment more.
        </p>
        <div class="previews">
          {previews.map((preview) => (
            <PreviewCard
              key={preview.step.key}
              preview={preview}
              way={chosen}
              place={place}
              content={content}
              protocol={protocol}
              name={called(preview.step.key)}
              cost={cost}
            />
          ))}
        </div>
      </section>
    </Page>
  );
}

/** What the texts of a treatment come to, each way; each line leads to its messages. */
function Ways({ place, protocol, ways, chosen, cost }: ProtocolProps) {
  const path = clinicPath(place.clinic.id, `protocols/${protocol.name}`);
  return (
    <>
      <ul class="tiers">
        {Object.values(PRIVACY_WORDS).map(({ word, text }) => (
          <li key={word}>
            <strong>{word}</strong>: {text}.
          </li>
        ))}
      </ul>
      <Table
        label="Texts of one treatment"
        caption={
          <>
            All texts of one treatment, where every step is sent by text and none is taken back. One
            special letter, such as í or ó, and a segment holds less than half as much{" "}
            <code class="muted">UCS-2 instead of GSM-7</code>.
          </>
        }
        head={[
          "Messages",
          { name: "Texts", holds: "numbers" },
          { name: "Segments", holds: "numbers" },
          { name: "Texts with special letters", holds: "numbers" },
          ...(cost.price === null ? [] : [{ name: "Cost", holds: "numbers" } as const]),
        ]}
      >
        {ways.map((way) => {
          const { locale, privacy, total } = way;
          const query = new URLSearchParams({ locale, privacy });
          if (cost.price !== null) query.set("price", cost.typed);
          return (
            <Row key={`${locale} ${privacy}`}>
              <th scope="row">
                <a
                  href={`${path}?${query}#messages`}
                  hreflang={locale}
                  aria-current={isSame(way, chosen) ? "true" : undefined}
                >
                  {languageInWords(locale)}, {PRIVACY_WORDS[privacy].word}
                </a>{" "}
                {privacy === place.clinic.privacy && <Badge tone="good">this clinic's</Badge>}
              </th>
              <td class="number">{total.texts}</td>
              <td class="number">{total.segments}</td>
              <td class="number">{total.inUcs2}</td>
              {cost.price !== null && <td class="number">{costOf(total.segments, cost.price)}</td>}
            </Row>
          );
        })}
      </Table>
    </>
  );
}

function Price({ chosen, cost }: ProtocolProps) {
  const problems = cost.wrong ? { price: "must be a number such as 0.01" } : {};
  return (
    <form method="get" class="price">
      <FormRefusal problems={problems} />
      <input type="hidden" name="locale" value={chosen.locale} />
      <input type="hidden" name="privacy" value={chosen.privacy} />
      <TextField
        name="price"
        label="Price of a segment"
        hint="From your provider's bill, in your currency: the page then shows what the texts cost."
        value={cost.typed}
        problems={problems}
      />
      <button type="submit" class="secondary">
        Reckon
      </button>
    </form>
  );
}

function isSame(one: Way, other: Way): boolean {
  return one.locale === other.locale && one.privacy === other.privacy;
}
