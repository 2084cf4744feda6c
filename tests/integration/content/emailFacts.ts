import type { Fact } from "./smsFacts.ts";

const PRODUCTS_EN = /avoid:\s+- exfoliants,\s+- glycolic acid and other alpha hydroxy acids/;
const PRODUCTS_ES =
  /Evite, por favor:\s+- los exfoliantes,\s+- el ácido glicólico y otros alfahidrox/;

/** The same facts, as a patient reads them who gave only an email address. */
export const EMAIL_FACTS: readonly Fact[] = [
  ["lie low for 24 to 48 hours", "essentials", /Lie low.* 24 to 48 hours/, /calma.* 24 a 48 horas/],
  [
    "clean hands, against infection",
    "essentials",
    /Wash your hands every time before you touch your face\. This helps to avoid infection/,
    /Lávese las manos siempre antes de tocarse la cara\. Así ayuda a evitar infecciones/,
  ],
  [
    "no make-up for 24 h",
    "essentials",
    /Make-up: not in the first 24 hours/,
    /Maquillaje: no durante las primeras 24 horas/,
  ],
  [
    "no retinol or vitamin C for at least 48 h",
    "essentials",
    /Retinol and vitamin C serum: not for at least the first 48 hours/,
    /Retinol y sérum de vitamina C: no durante al menos las primeras 48 horas/,
  ],
  [
    "then anti-aging products, gradually",
    "essentials",
    /2 full days have passed, you might want to add .* anti-aging formula, but gradually/,
    /2 días completos, tal vez quiera añadir .* antiedad fuerte, pero poco a poco/,
  ],
  [
    "no gym, pool, sauna or heavy sweat for 72 h",
    "essentials",
    /Swimming pools, saunas, hard workouts at the gym .* sweat a lot: not in the first 72 hours/,
    /Piscina, sauna, ejercicio intenso en el gimnasio .* sudar mucho: no durante las primeras 72/,
  ],
  [
    "no long sun for a week, and why",
    "essentials",
    /long time in the sun: not in the first week\. Your skin is more prone to sun damage/,
    /Mucho tiempo al sol: no durante la primera semana\. El sol puede dañar su piel con más facil/,
  ],
  ["exfoliants, glycolic acid, AHAs", "essentials", PRODUCTS_EN, PRODUCTS_ES],
  [
    "harsh products",
    "essentials",
    /- any skin care product with harsh chemicals that are meant to exfoliate/,
    /- los productos con sustancias químicas agresivas para exfoliar/,
  ],
  ["scented products", "essentials", /- any .* that is scented/, /- los productos perfumados/],
  [
    "these products have no end",
    "essentials",
    /no set time .* ask your practitioner before you use any of them/,
    /no hay un plazo fijado: pregunte a su especialista antes de usar cualquiera de ellos/,
  ],
  [
    "check products before leaving",
    "essentials",
    /best to go through all your skin care products with your practitioner before you leave/,
    /mejor es que revise todos sus productos .* con su especialista antes de irse/,
  ],
  [
    "sunscreen as a rule",
    "essentials",
    /As a general rule, put on sunscreen every time you go outside/,
    /Por regla general, póngase protector solar cada vez que salga/,
  ],
  [
    "sunscreen above all for 2 weeks",
    "essentials",
    /matters most in the first 2 weeks/,
    /especialmente importante durante las 2 primeras semanas/,
  ],
  ["side effects are expected", "essentials", /side effects are to be expected/, /Es de esperar/],
  [
    "flushed or bright red, like a sunburn",
    "essentials",
    /flushed or bright red, like a mild to moderate sunburn after a whole day in the sun/,
    /enrojecida o de un rojo vivo, .*sol de leve a moderada tras un día entero al sol/,
  ],
  ["eases within hours", "essentials", /should ease within a few hours/, /debería ceder en unas/],
  [
    "redness mostly fades by 48 h",
    "essentials",
    /redness will mostly fade within 48 hours/,
    /enrojecimiento desaparece en su mayor parte en 48 horas/,
  ],
  [
    "redness cannot be hurried",
    "essentials",
    /Even with careful aftercare, there is not much you can do/,
    /Aunque se cuide bien, no hay mucho que pueda hacer/,
  ],
  [
    "swelling for up to 48 h",
    "essentials",
    /Swelling is typical for up to 48 hours/,
    /hinchazón es habitual hasta 48 horas/,
  ],
  [
    "flaking or peeling",
    "essentials",
    /Flaking or peeling is fairly common/,
    /bastante frecuente que la piel se descame o se pele/,
  ],
  [
    "bumps, breakouts, dry skin: not everyone",
    "essentials",
    /Bumps, breakouts and dry skin are common, too, but not everyone/,
    /bultitos, los brotes y la piel seca, pero no le pasa a todo el mundo/,
  ],
  [
    "peeling and breakouts take longer",
    "essentials",
    /Peeling and breakouts might take slightly longer/,
    /se pela y los brotes podrían tardar un poco más/,
  ],
  [
    "moisturizer and gentle cleanser",
    "essentials",
    /moisturizer and a gentle cleanser\. They can keep side effects to a minimum/,
    /hidratante y un limpiador suave\. Pueden reducir al mínimo los efectos/,
  ],
  [
    "visible recovery in a day or two",
    "essentials",
    /Most of the healing that you can see happens in the first day or two/,
    /mayor parte de la recuperación visible ocurre en los primeros uno o dos días/,
  ],
  [
    "heals for up to 2 months",
    "essentials",
    /Under the surface, .* for up to 2 months/,
    /Bajo la superficie, .* hasta 2 meses/,
  ],
  ["short downtime", "essentials", /downtime .* fairly short/, /bastante corto comparado/],
  ["follow with care", "essentials", /follow it with care/, /Siga estos cuidados con atención/],
  ["products, again", "products", PRODUCTS_EN, PRODUCTS_ES],
  ["what is normal, again", "first-hours", /mostly fade within 48/, /mayor parte en 48 horas/],
  [
    "moisturizer, again",
    "skin-care",
    /moisturizer and a gentle/,
    /hidratante y un limpiador suave/,
  ],
  ["sun, again", "sun", /not spend a long time out in the sun/, /no pase mucho tiempo al sol/],
  ["make-up from 24 h", "makeup-ok", /you can wear make-up again/, /ya puede volver a maquillarse/],
  [
    "retinol and vitamin C from 48 h, gradually",
    "retinol-ok",
    /might now want to add .* retinol and vitamin C serum\. Please do so gradually/,
    /Tal vez quiera añadir .* retinol y el sérum de vitamina C\. Hágalo poco a poco/,
  ],
  ["how it heals", "two-days", /first day or two .* 48 hours/s, /uno o dos días .* 48 horas/s],
  [
    "gym, pool, sauna, sweat from 72 h",
    "gym-ok",
    /may now be able to go back to:\s+- hard workouts at the gym,\s+- swimming pools,\s+- saunas/,
    /Es posible que ya pueda volver a:\s+- el ejercicio intenso .*,\s+- la piscina,\s+- la sauna/,
  ],
  ["the week of little sun ends", "sun-week", /was for that week/, /era para esa semana/],
  [
    "sunscreen stays the rule",
    "two-weeks",
    /general rule, .* sunscreen/,
    /general, siga poniéndose/,
  ],
  ["healing goes on", "one-month", /for up to 2 months/, /sanando hasta 2 meses/],
  ["healing ends", "two-months", /2 months have passed/, /Han pasado 2 meses/],
];
