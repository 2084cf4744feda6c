import type { Fact } from "./smsFacts.ts";

const PRODUCTS_EN = /avoid:\s+- exfoliants,\s+- glycolic acid and other alpha hydroxy acids/;
const PRODUCTS_ES =
  /Evite, por favor:\s+- los exfoliantes,\s+- el ácido glicólico y otros alfahidrox/;

/** The same facts, as a patient reads them who gave only an email address. */
export const EMAIL_FACTS: readonly Fact[] = [
  [
    "lie low for 24 to 48 hours",
    "essentials",
    /Lie low for 24 to 48 hours/,
    /calma.* 24 a 48 horas/,
  ],
  [
    "clean hands, against infection",
    "essentials",
    /Touch your face only with freshly washed hands\. That helps to keep infections away/,
    /Lávese las manos siempre antes de tocarse la cara\. Así ayuda a evitar infecciones/,
  ],
  [
    "no make-up for 24 h",
    "essentials",
    /Make-up: wait for 24 hours/,
    /Maquillaje: no durante las primeras 24 horas/,
  ],
  [
    "no retinol or vitamin C for at least 48 h",
    "essentials",
    /Retinol and vitamin C serum: wait for 48 hours or more/,
    /Retinol y sérum de vitamina C: no durante al menos las primeras 48 horas/,
  ],
  [
    "then anti-aging products, gradually",
    "essentials",
    /From 2 full days on, you might want to bring in .* anti-aging products, but gradually/,
    /2 días completos, tal vez quiera añadir .* antiedad fuerte, pero poco a poco/,
  ],
  [
    "no gym, pool, sauna or heavy sweat for 72 h",
    "essentials",
    /Swimming pools, saunas, hard workouts at the gym .* sweat a lot: wait for 72 hours\. From then on, you may be able to do these/,
    /Piscina, sauna, ejercicio intenso en el gimnasio .* sudar mucho: no durante las primeras 72/,
  ],
  [
    "no long sun for a week, and why",
    "essentials",
    /Long spells in the sun: wait for a week\. In that time the sun can damage your skin more easily/,
    /Mucho tiempo al sol: no durante la primera semana\. El sol puede dañar su piel con más facil/,
  ],
  ["exfoliants, glycolic acid, AHAs", "essentials", PRODUCTS_EN, PRODUCTS_ES],
  [
    "harsh products",
    "essentials",
    /- skin care with harsh chemicals for exfoliating/,
    /- los productos con sustancias químicas agresivas para exfoliar/,
  ],
  ["scented products", "essentials", /- skin care with a scent/, /- los productos perfumados/],
  [
    "these products have no end",
    "essentials",
    /no set time .* ask your practitioner before you use any of them/,
    /no hay un plazo fijado: pregunte a su especialista antes de usar cualquiera de ellos/,
  ],
  [
    "check products before leaving",
    "essentials",
    /best to talk through all your skin care products with your practitioner before you go home/,
    /mejor es que revise todos sus productos .* con su especialista antes de irse/,
  ],
  [
    "sunscreen as a rule",
    "essentials",
    /Make it a rule to wear sunscreen whenever you are outdoors/,
    /Por regla general, póngase protector solar cada vez que salga/,
  ],
  [
    "sunscreen above all for 2 weeks",
    "essentials",
    /outdoors, most of all in the first 2 weeks/,
    /especialmente importante durante las 2 primeras semanas/,
  ],
  ["side effects are expected", "essentials", /normal to have a few side effects/, /Es de esperar/],
  [
    "flushed or bright red, like a sunburn",
    "essentials",
    /flushed or very red, .* a mild or moderate sunburn from a full day outdoors/,
    /enrojecida o de un rojo vivo, .*sol de leve a moderada tras un día entero al sol/,
  ],
  ["eases within hours", "essentials", /should settle within a few hours/, /debería ceder en unas/],
  [
    "redness mostly fades by 48 h",
    "essentials",
    /redness is mostly gone within 48 hours/,
    /enrojecimiento desaparece en su mayor parte en 48 horas/,
  ],
  [
    "redness cannot be hurried",
    "essentials",
    /However well you look after your skin, little can take the redness away at once/,
    /Aunque se cuide bien, no hay mucho que pueda hacer/,
  ],
  [
    "swelling for up to 48 h",
    "essentials",
    /Being swollen is usual for up to 48 hours/,
    /hinchazón es habitual hasta 48 horas/,
  ],
  [
    "flaking or peeling",
    "essentials",
    /quite common for skin to flake or peel/,
    /bastante frecuente que la piel se descame o se pele/,
  ],
  [
    "bumps, breakouts, dry skin: not everyone",
    "essentials",
    /Breakouts, bumps and dry skin happen often, too, though not to everyone/,
    /bultitos, los brotes y la piel seca, pero no le ocurren a todo el mundo/,
  ],
  [
    "peeling and breakouts take longer",
    "essentials",
    /Breakouts and peeling might need a little longer/,
    /se pela y los brotes podrían tardar un poco más/,
  ],
  [
    "moisturizer and gentle cleanser",
    "essentials",
    /gentle cleanser and a moisturizer\. They can help to keep side effects low/,
    /hidratante y un limpiador suave\. Pueden reducir al mínimo los efectos/,
  ],
  [
    "visible recovery in a day or two",
    "essentials",
    /What you can see heals mostly in the first day or two/,
    /mayor parte de la recuperación visible ocurre en el primer o el segundo día/,
  ],
  [
    "heals for up to 2 months",
    "essentials",
    /Beneath the surface, .* for up to 2 months/,
    /Bajo la superficie, .* hasta 2 meses/,
  ],
  [
    "short downtime",
    "essentials",
    /Some other cosmetic treatments come with a longer downtime/,
    /bastante corto comparado/,
  ],
  ["follow with care", "essentials", /keep to it with care/, /Siga estos cuidados con atención/],
  ["products, again", "products", PRODUCTS_EN, PRODUCTS_ES],
  ["what is normal, again", "first-hours", /mostly gone within 48/, /mayor parte en 48 horas/],
  [
    "moisturizer, again",
    "skin-care",
    /gentle cleanser and a moisturizer/,
    /hidratante y un limpiador suave/,
  ],
  [
    "sun, again",
    "sun",
    /No long spells in the sun in the first week/,
    /no pase mucho tiempo al sol/,
  ],
  ["make-up from 24 h", "makeup-ok", /you can wear make-up again/, /ya puede volver a maquillarse/],
  [
    "retinol and vitamin C from 48 h, gradually",
    "retinol-ok",
    /might want to bring in .* retinol and vitamin C serum\. Please do so gradually/,
    /Tal vez quiera añadir .* retinol y el sérum de vitamina C\. Hágalo poco a poco/,
  ],
  [
    "how it heals",
    "two-days",
    /first day or two .* 48 hours/s,
    /primer o el segundo día .* 48 horas/s,
  ],
  [
    "gym, pool, sauna, sweat from 72 h",
    "gym-ok",
    /may be able to go back to:\s+- hard workouts at the gym,\s+- swimming pools,\s+- saunas/,
    /Es posible que ya pueda volver a:\s+- el ejercicio intenso .*,\s+- la piscina,\s+- la sauna/,
  ],
  ["the week of little sun ends", "sun-week", /was for that week/, /era para esa semana/],
  [
    "sunscreen stays the rule",
    "two-weeks",
    /keep up the rule: wear sunscreen/,
    /general, siga poniéndose/,
  ],
  ["healing goes on", "one-month", /for up to 2 months/, /sanando hasta 2 meses/],
  ["healing ends", "two-months", /2 months have passed/, /Han pasado 2 meses/],
];
