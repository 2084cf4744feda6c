import type { Content } from "../content/content.ts";
import { waitWords } from "./careWords.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Empty, Facts, Given } from "./pieces.tsx";
import { languageInWords } from "./stepWords.ts";

/** The protocols that a clinic can enrol with. */
export function Protocols({ place, content }: { place: Place; content: Content }) {
  const protocols = [...content.protocols.values()];
  return (
    <Page title="Protocols" place={place} visitor={place.visitor} current="protocols">
      <p>What a treatment becomes: its messages, and when each of them is sent.</p>
      {protocols.length === 0 && (
        <Empty>
          This server has no protocol yet. Whoever looks after it puts one into its folder jobs.
        </Empty>
      )}
      {protocols.map((protocol) => {
        const { name, title, source, version, steps } = protocol;
        const planned = steps.filter(({ kind }) => kind !== "retraction");
        return (
          <article class="card protocol" key={name}>
            <h2>
              <a href={clinicPath(place.clinic.id, `protocols/${name}`)}>
                <Given>{title}</Given>
              </a>
            </h2>
            <Facts
              facts={[
                { name: "Messages", value: planned.length },
                {
                  name: "The last one",
                  value: `${waitWords(planned.at(-1)?.after ?? "0h")} after`,
                },
                {
                  name: "Languages",
                  value: content.locales(name).map(languageInWords).join(", "),
                },
                { name: "Version", value: version },
                { name: "Source", value: <Given>{source}</Given> },
              ]}
            />
          </article>
        );
      })}
    </Page>
  );
}
