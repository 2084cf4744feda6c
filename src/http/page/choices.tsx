import type { PageWords } from "../../content/pageWords.ts";
import type { ChannelChoice } from "../../ledger/patientPages.ts";

interface ChoicesProps {
  words: PageWords;
  token: string;
  channels: readonly ChannelChoice[];
}

/** Whether messages come, and a button for each channel that changes it, or what does instead. */
export function Choices({ words, token, channels }: ChoicesProps) {
  if (channels.length === 0) return null;
  return (
    <section class="card choices" aria-labelledby="choices">
      <h2 id="choices">{words.say("choices")}</h2>
      <ul class="entries" role="list">
        {channels.map(({ channel, stopped, needsStart }) => (
          <li key={channel}>
            <div class="choice">
              <p>{words.say(stopped ? `${channel}Stopped` : `${channel}Are`)}</p>
              {!needsStart && (
                // Relative, so that a proxy may serve the program below a path.
                <form method="post" action={`${token}/${stopped ? "resume" : "stop"}`}>
                  <button name="channel" value={channel}>
                    {words.say(stopped ? "resume" : "stop", { messages: words.say(channel) })}
                  </button>
                </form>
              )}
            </div>
            {needsStart && <p class="row">{words.say("startHint")}</p>}
          </li>
        ))}
      </ul>
      <p class="soft small">{words.say("choicesText")}</p>
    </section>
  );
}
