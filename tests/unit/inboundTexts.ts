/** Texts as patients write them, by how they are to be read. `+` is a stop and an alarm in one. */
export const TEXTS = {
  stop: `
    STOP
    stop
    Stop.
    STOP!!!
      stop   
    "Stop"
    S T O P
    S.T.O.P.
    stop stop STOP
    Stop please
    Please stop.
    STOP 🛑
    STOPALL
    stop all
    QUIT
    End
    REVOKE
    OPT OUT
    OptOut
    opt-out
    Opt me out please
    CANCEL
    Cancel, please
    unsubscribe
    UNSUBSCRIBE ME
    how do i unsubscribe?
    I want to opt out of these messages
    Stop. Who is this?
    Who is this? STOP
    please stop texting me
    Can you stop texting me
    Why don't you stop texting me
    pls stop sending me these messages
    Stop the texts!
    stop all the reminders
    cancel my messages
    leave me alone
    Leave me alone!!
    no more messages
    No more texts please
    I want no more messages from you
    don't text me again
    Do not contact me anymore
    please don’t message me
    Dont send me any more texts
    I don't want these messages anymore
    I do not wish to receive any more texts
    I don’t want to be texted
    i never signed up for this
    take me off your list
    Remove me
    remove my number
    lose my number
    I revoke my consent
    I withdraw my consent to these texts
    Wrong number
    You have the wrong number
    I'm so tired of these messages
    My appointment was great but please stop texting me
    ALTO
    ¡Alto!
    PARAR
    Parar por favor
    BAJA
    baja por favor
    DETENER
    Cancelar
    Basta
    No más
    no mas mensajes
    No más mensajes, por favor
    deja de mandarme mensajes
    Dejen de escribirme
    DEJE DE MOLESTARME
    por favor dejen de enviarme mensajes
    no me escriban mas
    No me manden más mensajes
    ya no me envíen nada
    No quiero recibir más mensajes
    ya no quiero mensajes
    No quiero que me escriban
    Déjenme en paz
    quiero darme de baja
    denme de baja
    Quítenme de la lista
    borren mi número
    revoco mi consentimiento
    Número equivocado
    cancelen los recordatorios
    Can you please stop
    could you stop please?
    I said STOP
    I told you to stop
    please discontinue
    How can I stop these?
    how do i turn these off
    Turn off notifications
    I'd like to stop getting these
    stop calling me
    do not text
    No molesten
    quiero dejar de recibir mensajes
  `,
  start: `
    START
    Start!
    unstop
    resume
    restart please
    Iniciar
    REANUDAR
    alta
  `,
  help: `
    HELP
    help?
    Info
    AYUDA
    ayuda por favor
    Información
  `,
  alarm: `
    I have a blister on my cheek
    There are BLISTERS
    it is blistering
    some pus is coming out
    I have a fever
    no fever, just wondering
    the pain is really severe
    severe pain since last night
    I'm in so much pain
    I am bleeding
    the bleeding won't stop
    it won't stop bleeding, please call me
    It bled all night
    the redness is spreading
    Spreading redness on my neck
    I can't see out of my left eye
    I can’t see well
    I think I'm having an allergic reaction
    trouble breathing
    I'm having trouble breathing
    I can't breathe
    My throat is swollen
    it looks infected
    I think I have an infection?
    the ER? should I go to the emergency room
    Help, I am bleeding
    Tengo una ampolla
    me salieron ampollas
    me sale pus
    tengo fiebre
    Tengo mucha fiebre y escalofrios
    sin fiebre, pero me duele mucho
    Me duele muchísimo
    Tengo un dolor muy fuerte
    estoy sangrando
    no deja de sangrar
    no para de salir sangre
    el enrojecimiento se extiende
    no puedo respirar
    Me cuesta respirar
    NO VEO BIEN
    reacción alérgica
    creo que está infectado
    tengo la garganta hinchada
  `,
  "alarm+": `
    I have blisters. Stop texting me
    STOP. I am bleeding!
    deja de mandarme mensajes, tengo fiebre
    severe pain. leave me alone
  `,
  reply: `
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
  `,
} as const;
