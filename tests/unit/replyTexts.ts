/** Texts that a person has to read: questions, wishes that are not plain, and what is no wish at all. */
export const REPLIES = `
  I can't stop smiling
  I can't stop smiling!!
  when does the redness end?
  should I stop using retinol?
  When can I stop using sunscreen?
  can I cancel my appointment?
  I need to cancel my appointment
  Please cancel my appointment on Friday
  How do I end the treatment?
  In the end it looks great
  I quit smoking
  Stop by the clinic tomorrow?
  Should I stop by?
  I will stop using vitamin C
  the itching has stopped
  don't stop the messages, I love them
  please don't stop texting me
  I do not want you to stop the reminders
  I don't want the messages to stop
  when will the messages stop?
  When will these texts end?
  when do you stop texting me?
  I did not get your message
  Why don't you text me the address?
  you never text me back
  Thanks for the message
  thank you!
  Yes
  yes please
  no
  ok
  👍
  when can I start wearing makeup?
  Can I start running again
  Can I get more info about sunscreen?
  could you help me with the cream
  who is this
  Great, no complaints
  Is some peeling normal?
  Can I stop?
  Do I stop after a week?
  My skin won't stop peeling
  can't stop looking in the mirror
  cancel that, I found it
  When does it stop?
  Stop sunscreen?
  START over?
  My husband said stop complaining lol
  I pushed the appointment to Monday
  My face is a bit red
  there is a little swelling
  1
  2
  3
  I'd like to opt out of the follow up appointment
  no puedo dejar de sonreír
  ¿cuándo se quita el enrojecimiento?
  debo dejar de usar retinol?
  ¿Puedo cancelar mi cita?
  quiero cancelar la cita del viernes
  no dejen de mandarme mensajes, me ayudan
  ¿Cuándo dejan de mandar mensajes?
  no me mandaron el mensaje
  ¿hasta cuándo me van a escribir?
  Sí
  si, gracias
  no gracias
  ¿cuándo puedo empezar a maquillarme?
  Gracias por el mensaje
  ¿Para cuándo es mi cita?
  me dieron de baja en el trabajo
  Necesito ayuda con la crema
  tengo la cara un poco roja
  no puedo parar de rascarme
  Para la cita del lunes
  fin de semana
  ¿la inflamación baja?
  Puse crema
  la picazón ya paró
  ¡Por fin!
  Por fin se me quitó
  2 days, no more?
  Only retinol, no more
  Stop: retinol, right?
  Stop: retinol and vitamin C
  Stop retinol, got it
  ok will stop retinol
  I'll stop
  ok, I will stop
  can i stop
  make it stop
  full stop
  Stop scratching lol
  stop in on Friday
  Please don't text me after 9pm
  please stop texting me at night
  don't text me before 8
  Stop texting me on Sundays
  dont text me so early
  don't text me until Monday
  stop sending me emails
  stop emailing me
  unsubscribe me from emails, texts are fine
  Stop the email reminders please
  did you stop texting me?
  if you stop texting me I'll forget everything
  I hope you never stop texting me
  I accidentally hit unsubscribe
  I didn't mean to unsubscribe
  please cancel my massage
  No more massages for me until it heals
  You don't need to text me back
  no more redness!
  I want the itching to stop
  Don't forget to text me Friday
  I never got a text today
  restart?
  Start?
  resume when?
  can I start
  Liked “Willow: Reply STOP to end texts.”
  Loved "Willow: call us if you have a fever"
  Laughed at “Willow: Reply STOP to end texts.”
  Le gustó “Willow: Responda STOP para dejar de recibirlos.”
  No me dejen de mandar los recordatorios
  no quiero dejar de recibir mensajes
  nunca dejen de escribirme
  ¿Alta?
  ¿Baja?
  ¿para?
  ¿No más?
  ya no
  ya no me duele
  no me escriban de noche por favor
  No me manden mensajes después de las 9
  no me manden tantos mensajes
  dejen de mandarme correos
  nivel de dolor: alto
  me equivoqué de número, perdón
  ¿me dan de alta el lunes?
  basta con la crema?
  no quiero más crema
  la hinchazón ya baja
  👍👍👍
  ????
  do not reply
  not me
  This isn't Ana
  nobody here by that name
  nope
  Nada
  ya no quiero
  no conozco a Ana
  Thanks for the text
  I got your message yesterday
  Do I need to stop sunscreen
  When can I stop the cream
  stopped peeling
  stop peeling
  The peeling stopped
  please stop by if you can
  Should I stop retinol or continue
  Do you want me to stop retinol?
  Dr Lee said stop the cream for a week
  the nurse told me to stop
  they told me to stop using it
  she asked me to stop
  I was told to stop
  You can stop the cream, right?
  is it ok to stop
  ok stopping retinol
  stop the cream?
  I will cancel
  Cancel my appt
  please cancel my appointment and text me a new date
  cancel and reschedule please
  Need to cancel
  can we end early
  weekend
  no more pain
  No more questions
  not interested in the next treatment, but thanks
  I am not interested in another session
  take me off the waitlist
  take me off the schedule for Friday
  Remove me from the waiting list
  no longer have redness
  no need to call
  no need to call me back
  don't call me, text me
  please don't call, text instead
  don't want to bother you
  I don't want to bother you again
  I don't want to lose these messages
  I don't wanna scar
  I don't need these pads
  I don't want this
  I don't want it
  do not want retinol
  I never signed up for the newsletter
  I never agreed to this price
  I don't consent to the photos
  I revoke my permission to use my photos
  got it, thanks for the reminders
  Love these reminders
  the messages are helpful
  These texts are great, please keep sending
  Can you send me texts in Spanish
  how do I get more texts
  I changed my number
  my new number is 212 555 0100
  this is not my number to call
  who is this number
  Is this the right number
  Wrong day?
  quit smoking last year
  Did I have to quit coffee?
  the end
  At the end of the day it looks good
  can i end the day with moisturizer
  opt out of the second session
  I opted out of numbing cream
  Please don't stop
  don't you stop
  never stop
  non stop itching
  I can't stop itching
  The itching doesn't stop
  It doesn't stop
  it won't stop
  why won't it stop
  how to stop the itching
  How do I stop the peeling
  How do I stop?
  what do I do to stop this
  Stop or go?
  what does stop mean
  reply stop?
  If I reply STOP do I lose my page?
  It says reply STOP to end texts, what happens then?
  I stop at 5
  next stop: summer!
  This hurts, make it stop
  I want this to stop
  I want it to end
  turn off the lights?
  shut up lol
  bus stop near you?
  para mi cita
  para el viernes
  baja la hinchazón
  ¿Baja solo?
  fin de semana?
  Ya no tengo nada
  no más retinol
  no más crema?
  no quiero molestar
  no quiero molestarlos
  no quiero perder mi cita
  no necesito cita
  no me mandaron nada
  no me han escrito
  no me envíen la factura por correo
  no me manden correos
  me pueden mandar mensajes
  ¿Me pueden escribir?
  ¿no me van a mandar más mensajes?
  ya no me llegan mensajes
  ya no recibo mensajes
  dejé de usar la crema
  ¿dejo de usar la crema?
  ¿puedo dejar de usar protector?
  quiero dejar de fumar
  quiten mi cita
  cancelen mi cita
  quiero cancelar
  alto riesgo?
  muy alto
  salir al sol?
  ¿salir?
  terminé
  parar de sudar
  es para mi hija
  me dieron de alta
  no me escriban al trabajo
  no me manden mensajes en el trabajo, por favor
  I accidentally texted stop
`;
