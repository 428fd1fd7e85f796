# Lo que dice Busker en español, para España y América. Se tutea.
#
# Términos: piece = pieza (lo que se pide), track = pista (el archivo terminado), seed = semilla, prompt = prompt,
# queue = cola, library = biblioteca, steer = redirigir, checkpoint = modelo, interval = intervalo,
# managers = quien puede gestionar el servidor. Comillas « ».

### Any command

error-unforeseen = Algo ha fallado en Busker; está en el registro. Vuelve a intentarlo.
error-value = «{ $value }» no sirve aquí; revisa el valor y vuelve a pedirlo.
error-forbidden = No puedes hacer eso aquí.
error-old-command = Discord aún muestra una forma antigua de este comando; inténtalo de nuevo en un minuto.
error-servers-only = Busker toca en canales de voz de servidores; pídeselo allí.
error-shutting-down = Busker se está apagando; vuelve a pedirlo en un minuto.
error-for-operators = { $sentence }

### /steer

steer-answer = { $seconds ->
    [0] «{ $prompt }» toma el relevo.
   *[other] «{ $prompt }» toma el relevo; se oirá en unos { $seconds } s.
}
steer-title = Redirigir
steer-words = Cómo debe sonar a partir de ahora
steer-too-late = Esta pieza ya está compuesta entera, así que las palabras nuevas llegan tarde; redirige antes la próxima.
steer-kept = Esta pista ya estaba hecha y solo vuelve a sonar, así que las palabras nuevas no pueden cambiarla.

### /compose

compose-answer = { $before ->
    [0] Compongo { $seconds } s de «{ $prompt }» con la semilla { $seed }.
    [one] Compongo { $seconds } s de «{ $prompt }» con la semilla { $seed }; suena después de otra pieza.
   *[other] Compongo { $seconds } s de «{ $prompt }» con la semilla { $seed }; suena después de otras { $before }.
}
compose-stage = En un escenario, Busker pide primero la palabra; hasta que la moderación se la dé, la música espera.
compose-radio = La radio le deja sitio y vuelve cuando no espere nada más.

### /radio

radio-answer = { $before ->
    [0] La radio toca «{ $prompt }» con la semilla { $seed } hasta que alguien la termine con /{ command-skip } o /{ command-stop }.
    [one] Después de otra pieza, la radio toca «{ $prompt }» con la semilla { $seed } hasta que alguien la termine con /{ command-skip } o /{ command-stop }.
   *[other] Después de otras { $before } piezas, la radio toca «{ $prompt }» con la semilla { $seed } hasta que alguien la termine con /{ command-skip } o /{ command-stop }.
}
radio-already = Aquí ya hay una radio; /{ command-steer } le da otras palabras y /{ command-skip } la termina.
radio-asleep = Nadie escucha; la radio duerme hasta que venga alguien
radio-enough-today = Quien pidió la radio ya ha tenido toda la música que una persona puede tener aquí al día; cualquier otra persona puede empezar otra.
radio-too-slow = Busker compone aquí demasiado despacio para una música sin fin; /{ command-compose } hace piezas que sí lo tienen.
# { $clock } son minutos y segundos: 2:58.
keep-answer = Los últimos { $clock } minutos de la radio se publican como pista en un momento.
keep-too-soon = { $seconds ->
    [one] Todavía hay muy poco nuevo que guardar; inténtalo cuando haya sonado { $seconds } s más.
   *[other] Todavía hay muy poco nuevo que guardar; inténtalo cuando hayan sonado { $seconds } s más.
}

### What may be asked for

piece-prompt = { $signs ->
    [one] El prompt tiene un carácter legible; necesita de { $shortest } a { $longest }.
   *[other] El prompt tiene { $signs } caracteres legibles; necesita de { $shortest } a { $longest }.
}
piece-seconds = { $field ->
    [interval] El intervalo de { $seconds } s no es válido; sirve de { $lowest } a { $highest } s.
   *[length] La duración de { $seconds } s no es válida; sirve de { $lowest } a { $highest } s.
}
piece-seed = La semilla { $seed } no es válida; sirve cualquier número entero de 0 a { $largest }.
piece-tags = Lo que este archivo dice de cómo se hizo no se puede usar.

### Where Busker may play and post

permissions-no-voice = No estás en ningún canal de voz; únete a uno y vuelve a pedirlo.
permissions-full = { $limit ->
    [one] { $channel } está lleno ({ $limit } persona); hay que hacer sitio para volver a pedirlo.
   *[other] { $channel } está lleno ({ $limit } personas); hay que hacer sitio para volver a pedirlo.
}
permissions-elsewhere = Busker toca en { $channel }; únete allí y vuelve a pedirlo.
permissions-no-posting = Busker no puede publicar pistas aquí; pídelo en un canal de texto del servidor.
permissions-missing = { $count ->
    [one] En { $channel } a Busker le falta el permiso { $missing }; la moderación puede dárselo.
   *[other] En { $channel } a Busker le faltan los permisos { $missing }; la moderación puede dárselos.
}
permissions-name = { $name ->
    [attach_files] Adjuntar archivos
    [connect] Conectar
    [embed_links] Insertar enlaces
    [request_to_speak] Solicitar hablar
    [send_messages] Enviar mensajes
    [send_messages_in_threads] Enviar mensajes en hilos
    [speak] Hablar
   *[view_channel] Ver canal
}

### Who may do what

rights-voted = { $act ->
    [pause] { $name } quiere pausar la música: { $votes } de { $needed } votos. Quien escucha vota con /{ command-pause }.
    [resume] { $name } quiere que siga la música: { $votes } de { $needed } votos. Quien escucha vota con /{ command-resume }.
    [stop] { $name } quiere detener la música: { $votes } de { $needed } votos. Quien escucha vota con /{ command-stop }.
    [volume] { $name } quiere cambiar el volumen: { $votes } de { $needed } votos. Quien escucha vota con /{ command-volume }.
    [move] { $name } quiere mover esto en la cola: { $votes } de { $needed } votos. Quien escucha vota con /{ command-queue } { command-queue-move }.
    [remove] { $name } quiere quitar esto de la cola: { $votes } de { $needed } votos. Quien escucha vota con /{ command-queue } { command-queue-remove }.
    [steer] { $name } quiere redirigir la música: { $votes } de { $needed } votos. Quien escucha vota con /{ command-steer } y las mismas palabras.
   *[skip] { $name } quiere saltar esto: { $votes } de { $needed } votos. Quien escucha vota con /{ command-skip }.
}
rights-role-needed = { $act ->
    [pause] Solo quien tiene { $role } o pidió la pieza puede pausar la música aquí.
    [resume] Solo quien tiene { $role } o pidió la pieza puede hacer que siga la música aquí.
    [stop] Solo quien tiene { $role } o pidió la pieza puede detener la música aquí.
    [volume] Solo quien tiene { $role } o pidió la pieza puede cambiar el volumen aquí.
    [move] Solo quien tiene { $role } o pidió la pieza puede moverla en la cola aquí.
    [remove] Solo quien tiene { $role } o pidió la pieza puede quitarla de la cola aquí.
    [steer] Solo quien tiene { $role } o pidió la pieza puede redirigirla aquí.
   *[skip] Solo quien tiene { $role } o pidió la pieza puede saltarla aquí.
}
rights-role-unset = { $act ->
    [pause] Solo quien pidió la pieza puede pausar la música aquí; quien gestiona el servidor puede fijar un rol de DJ con /{ command-settings }.
    [resume] Solo quien pidió la pieza puede hacer que siga la música aquí; quien gestiona el servidor puede fijar un rol de DJ con /{ command-settings }.
    [stop] Solo quien pidió la pieza puede detener la música aquí; quien gestiona el servidor puede fijar un rol de DJ con /{ command-settings }.
    [volume] Solo quien pidió la pieza puede cambiar el volumen aquí; quien gestiona el servidor puede fijar un rol de DJ con /{ command-settings }.
    [move] Solo quien pidió la pieza puede moverla en la cola aquí; quien gestiona el servidor puede fijar un rol de DJ con /{ command-settings }.
    [remove] Solo quien pidió la pieza puede quitarla de la cola aquí; quien gestiona el servidor puede fijar un rol de DJ con /{ command-settings }.
    [steer] Solo quien pidió la pieza puede redirigirla aquí; quien gestiona el servidor puede fijar un rol de DJ con /{ command-settings }.
   *[skip] Solo quien pidió la pieza puede saltarla aquí; quien gestiona el servidor puede fijar un rol de DJ con /{ command-settings }.
}
rights-enough-waiting = { $waiting ->
    [one] Ya tienes una pieza esperando o sonando, lo máximo por persona aquí; vuelve a pedir cuando haya sonado.
   *[other] Ya tienes { $waiting } piezas esperando o sonando, lo máximo por persona aquí; vuelve a pedir cuando haya sonado una.
}
rights-enough-today = Has pedido { $used } de los { $cap } s de música que una persona puede pedir aquí al día, y { $seconds } s más no caben. La cuenta empieza de nuevo { $again }.

### What plays

playback-nothing = No suena nada; /{ command-compose } empieza algo.
playback-not-yet = Todavía no suena nada.
playback-not-paused = No hay nada en pausa.
playback-stopped = { $forgotten ->
    [0] Detenido.
    [one] Detenido, y olvidada { $forgotten } pieza que esperaba.
   *[other] Detenido, y olvidadas { $forgotten } piezas que esperaban.
}
playback-skipped = Semilla { $seed } saltada.
playback-paused = En pausa; /{ command-resume } sigue desde aquí.
playback-resumed = Seguimos.
playback-volume = Volumen al { $percent } %.
queue-full = { $waiting ->
    [one] Ya espera una pieza; vuelve a pedir cuando haya sonado.
   *[other] Ya esperan { $waiting } piezas; vuelve a pedir cuando haya sonado una.
}

### Why the music is silent, or ended

voice-waits = { $hold ->
    [alone] Nadie escucha; la música espera
    [connecting] Conectando; la música espera
    [muted] Busker está silenciado; la música espera
    [speechless] Busker no puede hablar aquí; la música espera
   *[suppressed] Busker ha pedido la palabra en el escenario; la música espera
}
voice-put-out = Han desconectado a Busker del canal de voz.
voice-call-ended = Discord ha terminado la llamada.
voice-rate-limited = Discord quiere que Busker deje los canales de voz un rato.
voice-unencrypted = Discord ha visto que Busker no cifra de extremo a extremo.
voice-gone = El canal de voz ya no existe.
voice-out-of-server = Busker ya no está en este servidor.
voice-not-connected = Busker ya no está conectado a ningún canal de voz.
voice-failed = Algo ha fallado en la conexión de voz.
voice-lost-often = Busker ha perdido la conexión de voz una y otra vez.
voice-not-let-in = Discord no ha dejado entrar a Busker en { $channel }; vuelve a intentarlo.
trouble-deserted = Todo el mundo ha salido del canal de voz.
trouble-playing = Algo ha fallado al tocar.
trouble-composing = Algo ha fallado al componer; vuelve a pedirlo.
trouble-writing = Algo ha fallado al escribir la pista; vuelve a pedirla.
trouble-too-large = La pista es demasiado grande para publicarla; se guarda como { $file }.
trouble-posted-anyway = { $trouble } La pista se publica igualmente.
trouble-not-taken = Discord no ha aceptado la pista; se guarda como { $file }.
trouble-tried-again = Discord no ha aceptado la pista; se guarda como { $file } y se vuelve a intentar en { $seconds } s.

### The engine

engine-closed = El motor se cerró antes de hacer esta pieza.
engine-not-running = El motor no está en marcha; hay que arrancarlo antes de pedir una pieza.
engine-composed-already = Esta pieza ya está compuesta hasta el final; redirige la siguiente.
engine-died = { $deaths ->
    [one] El motor se ha caído { $deaths } vez al hacer esta pieza; prueba con otra.
   *[other] El motor se ha caído { $deaths } veces al hacer esta pieza; prueba con otra.
}
engine-too-little-memory = Hay poca memoria para esta pieza; pide una más sencilla.
engine-does-not-fit = Una pieza de { $seconds } s no cabe en este motor; pide otra duración.
engine-not-finite = El modelo ha calculado números que no son finitos, así que esta pieza no puede seguir; puede que otra semilla sirva y, si no sirve ninguna, el modelo está dañado o tiene poca precisión.
engine-channels = { $channels ->
    [one] El modelo hace sonido de { $channels } canal; Busker toca uno o dos.
   *[other] El modelo hace sonido de { $channels } canales; Busker toca uno o dos.
}
engine-no-sound = El modelo ha hecho algo que no es sonido; puede que otra semilla salga mejor.

### Tracks and recordings

track-prompt = «{ $prompt }»
track-picture = { $seconds ->
    [one] Forma de onda y espectrograma de «{ $prompt }», { $seconds } segundo, semilla { $seed }. { $contour }
   *[other] Forma de onda y espectrograma de «{ $prompt }», { $seconds } segundos, semilla { $seed }. { $contour }
}
track-silent = Es silencio.
track-even = Suena más o menos igual de fuerte de principio a fin.
track-contour = Empieza { $first }, suena más fuerte { $place } y acaba { $last }.
track-loudness = { $level ->
    [loud] fuerte
    [softer] más suave
    [quiet] bajo
   *[silent] en silencio
}
track-loudest = { $place ->
    [beginning] al principio
    [second] al cabo de un rato
    [middle] en el medio
    [fourth] hacia el final
   *[end] al final
}
track-line = «{ $prompt }» · { $seconds } s · semilla { $seed }
track-radio-line = «{ $prompt }» · { $seconds } s de la radio, desde { $begin } · semilla { $seed }
track-not-saved = No se ha podido guardar la pista terminada: { $why }.
track-not-ours = { $file } no es una pista que haya escrito Busker.
track-gone = { $file } ya no está, o ya no es una pista.
recording-too-short = { $file } dura menos de { $shortest } s; elige un archivo más largo.
recording-changed = { $file } ha cambiado desde que se eligió; elígelo de nuevo.
recording-too-long = { $longest ->
    [one] { $file } dura más de { $longest } minuto; elige un archivo más corto.
   *[other] { $file } dura más de { $longest } minutos; elige un archivo más corto.
}
recording-unreadable = { $file } no se puede leer como sonido; sirve un archivo FLAC, MP3, Ogg, WAV, M4A o WebM.
recording-silent = No hay sonido en { $file }; elige otro archivo.

### /settings

settings-managers-only = Solo quien puede gestionar este servidor puede cambiar los ajustes de Busker.
settings-too-long = La pieza más larga que compone este Busker dura { $longest } s; elige una duración hasta ahí.
settings-no-role = Para dejar la música a los DJ, indica también su rol: la opción { command-settings.dj_role-name }.
settings-everybody = Todo el mundo tiene el rol { $role }; elige otro, o { command-settings.rights-name }: { $free }.
settings-not-written = Este Busker no escribe { $format }; escribe { $formats }.
settings-title = Ajustes
settings-shown = Cada opción de /{ command-settings } cambia uno; la opción { command-settings.reset-name } deshace uno.
settings-changed = Cambiado, desde ahora.
settings-label = { $option ->
    [announce] Estado del canal de voz
    [dj_role] Rol de DJ
    [format] Formato
    [interval] Intervalo
    [length] Duración
    [minutes] Música al día
    [rights] Quién decide sobre la música
    [tracks_in] Las pistas se publican
    [volume] Volumen
   *[waiting] Piezas en espera
}
settings-default = { $value } (por defecto)
settings-seconds = { $seconds } s
settings-automatic = automático
settings-volume = { NUMBER($share, style: "percent") }
settings-rights = { $rights ->
    [dj] quien tiene el rol de DJ
    [vote] la mayoría de quienes escuchan
   *[free] cualquiera que escuche
}
settings-no-dj-role = ninguno
settings-dj-role = { $role }
settings-posted-in = en { $channel }
settings-posted-where-asked = donde se pidieron
settings-format = { $format }
settings-formats = { $first }, luego { $then }
settings-waiting = { $pieces ->
    [0] sin límite
   *[other] { $pieces } por persona
}
settings-minutes = { $minutes ->
    [0] sin límite
   *[other] { $minutes } min por persona
}
settings-announced = dice lo que suena
settings-not-announced = se deja como está

### /library

library-title = Biblioteca
library-nothing-made = Aquí aún no se ha hecho nada que puedas ver; /{ command-compose } hace algo.
library-nothing-found = Nada de lo que se hizo aquí tiene esas palabras; con menos encuentras más.
library-no-more = No hay nada más antiguo.
library-line = { $number }. «{ $prompt }» · { $seconds } s · { $member } · { $when }
library-choice = { $prompt } · { $seconds } s · semilla { $seed }
library-placeholder = Elige una pista
library-facts = { $seconds } s · semilla { $seed } · { $checkpoint }
library-made-for = Hecha para { $member } { $when }.
library-act = { $act ->
    [fetch] Obtener
    [forget] Olvidar
   *[play] Tocar otra vez
}
library-open = Abrir su mensaje
library-older = Más antiguas
library-gone = Esta pista ya no está en la biblioteca.
library-playing = { $before ->
    [0] «{ $prompt }» suena otra vez.
    [one] «{ $prompt }» suena otra vez después de otra pieza.
   *[other] «{ $prompt }» suena otra vez después de otras { $before }.
}
library-making = { $before ->
    [0] Su archivo ya no está, así que «{ $prompt }» se hace de nuevo; sonará igual.
    [one] Su archivo ya no está, así que «{ $prompt }» se hace de nuevo después de otra pieza; sonará igual.
   *[other] Su archivo ya no está, así que «{ $prompt }» se hace de nuevo después de otras { $before }; sonará igual.
}
library-making-other = { $before ->
    [0] Su archivo ya no está, así que «{ $prompt }» se hace de nuevo. No sonará igual: se hizo con { $then }, y Busker compone ahora con { $now }.
    [one] Su archivo ya no está, así que «{ $prompt }» se hace de nuevo después de otra pieza. No sonará igual: se hizo con { $then }, y Busker compone ahora con { $now }.
   *[other] Su archivo ya no está, así que «{ $prompt }» se hace de nuevo después de otras { $before }. No sonará igual: se hizo con { $then }, y Busker compone ahora con { $now }.
}
library-lost = Su archivo ya no está, y se hizo a partir de un archivo de sonido que Busker no guarda, así que no se puede hacer de nuevo.
library-radio-lost = Su archivo ya no está, y lo que se guardó de una radio no se puede hacer de nuevo.
library-posted-there = Está en { $link }.
library-nowhere = Su archivo ya no está, y nunca se publicó; «Tocar otra vez» la hace de nuevo.
library-not-yours = Solo quien pidió una pista, y quien gestiona el servidor, puede hacer que Busker la olvide.
library-forgotten = Olvidada, con su archivo. El mensaje que la trajo sigue ahí hasta que alguien lo borre.

### /privacy

privacy-tracks = { $count ->
    [one] { $count } pista
   *[other] { $count } pistas
}
privacy-remembered = Busker recuerda { $tracks } que has pedido, en todos los servidores juntos, con los prompts, semillas y archivos. { privacy-for-now } { privacy-what-stays }
privacy-nothing = Busker no recuerda ninguna pista tuya. { privacy-for-now }
privacy-for-now = Además sabe lo que has pedido y aún no ha terminado y, donde hay un límite, cuánta música has pedido hoy. No se guarda nada más sobre ti.
privacy-what-stays = Los mensajes que Busker publicó en canales se quedan; quien puede borrar mensajes allí puede borrarlos.
privacy-delete = Borrar estas pistas
privacy-deleted = Borrado: { $tracks } con sus archivos. { privacy-for-now } { privacy-what-stays }

### /about and /help

about-busker = Busker compone música mientras la escuchas.
about-model = Modelo
about-made-on = { $checkpoint } ({ $revision }) en { $device }
about-licence = Licencia de sus pesos
about-speed = Velocidad
about-times = { $listeners ->
    [one] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } veces el tiempo real; { $listeners } pieza a la vez
   *[other] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } veces el tiempo real; { $listeners } piezas a la vez
}
about-version = Versión
about-no-version = no instalado como paquete
about-permissions = Necesita { $needed }, y nada más.
about-invite = Invitar a Busker
help-title = Cómo empezar
help-text =
    Únete a un canal de voz y escribe { $compose } con tus palabras, mejor en inglés, que es lo que entienden los modelos: estilo, instrumentos, ambiente, tempo. La música empieza mientras se hace, y la pista terminada se publica.

    { $compose } `{ command-compose.prompt-name }: { $first }`
    { $compose } `{ command-compose.prompt-name }: { $second }` `{ command-compose.length-name }: 10` `{ command-compose.seed-name }: 7` hace la misma música siempre que se pida
    { $compose } con `{ command-compose.melody-name }:` o `{ command-compose.continued-name }:` toma un archivo de sonido, igual que Aplicaciones en el menú de un mensaje de voz
    { $steer } deja que otras palabras tomen el relevo
    { $radio } toca sin fin mientras alguien escuche; sus últimos minutos se pueden guardar
    { $queue } muestra lo que sigue · { $skip } { $pause } { $resume } { $stop } { $volume } actúan sobre lo que suena
    { $library } encuentra lo que se hizo aquí, para tocarlo otra vez · { $settings } es para quien gestiona el servidor
    { $privacy } muestra y borra lo que Busker recuerda de ti · { $about } dice con qué compone

    O empieza con una de estas:

### /queue

queue-not-waiting = Esto no espera en la cola, o ya no; elige una pieza de la lista, o su puesto.
queue-title = Cola
queue-nothing-waits = No espera nada.
queue-radio = radio
queue-removed = «{ $prompt }» ya no está en la cola.
queue-moved = «{ $prompt }» está ahora en el puesto { $place } de la cola.

### The presence, in English for everybody

presence-idle = /{ command-compose } hace música
presence-playing = { $channels ->
    [one] Toca en un canal de voz
   *[other] Toca en { $channels } canales de voz
}

### Recordings that members bring

melody-unfollowed = «{ $checkpoint }» no sigue melodías; un modelo de melodía como facebook/musicgen-melody lo haría, y todos pueden continuar una grabación.
recording-broken = { $name } no se puede leer como sonido; sirve otro formato.
recording-large = { $name } ocupa { $size } MiB; sirve hasta { $most } MiB.
recording-none = No hay sonido en este mensaje; elige uno con un mensaje de voz o un archivo de sonido.
recording-soundless = { $name } no es sonido; sirve un mensaje de voz o un archivo de sonido.
recording-title-continue = { command-continue-this }
recording-title-melody = { command-compose-on-this-melody }
recording-unfetched = Discord no ha entregado { $name }; publícalo otra vez.
recording-unkept = { $name } no se ha podido guardar en Busker; está en el registro.
recording-words = Cómo debe sonar

### The card

card-stopped = Detenida
card-played = Tocada
card-ended-early = Terminó antes de tiempo
card-paused = En pausa
card-holding = { $why }
card-waiting = Espera su turno
card-playing = Sonando
card-composing = Componiendo
card-composing-for = Componiendo · primer sonido en unos { $seconds } s
card-facts = { $seconds } s · semilla { $seed } · para { $name }
card-line = «{ $prompt }» · { $seconds } s · semilla { $seed }
card-radio-line = «{ $prompt }» · radio · semilla { $seed }
card-radio-facts = Radio · semilla { $seed } · para { $name }
card-radio-heard = { $clock } de música
card-bar = { $what ->
    [made] { $bar } { $seconds } de { $total } s hechos
   *[played] { $bar } { $seconds } de { $total } s tocados
}
card-trouble = **Problema:** { $trouble }
card-trouble-of = **Problema** con «{ $prompt }»: { $trouble }
card-follows = **Lo que sigue**
card-place = { $place }. { $piece }
card-more = { $more ->
    [one] … y una más
   *[other] … y { $more } más
}
card-button = { $act ->
    [pause] Pausa
    [resume] Seguir
    [skip] Saltar
    [stop] Detener
    [steer] Redirigir
    [keep] Guardar
    [again] Otra vez
    [remix] Remix
   *[extend] Alargar
}

### After a restart

restart-forgot = { $pieces ->
    [one] Busker se ha reiniciado, y una pieza que se pidió aquí queda olvidada.
   *[other] Busker se ha reiniciado, y { $pieces } piezas que se pidieron aquí quedan olvidadas.
}

### Again, Remix, Extend

button-over = Esta pieza ya no suena; la tarjeta más reciente tiene los botones de lo que suena.
button-gone = Esta pieza ha terminado, y su pista no está en la biblioteca; /{ command-compose } hace otra.
remake-not-mine = Esta no es una pista de Busker; elige un mensaje en el que Busker publicó una.
remake-slow = Discord tarda demasiado en entregar la pista; vuelve a intentarlo.
remake-again = { $before ->
    [0] «{ $prompt }» suena otra vez.
    [one] «{ $prompt }» suena otra vez, después de otra pieza.
   *[other] «{ $prompt }» suena otra vez, después de otras { $before }.
}
remix-title = Remix
remix-words = Cómo debe sonar
remix-seed = Semilla, un entero; vacío: una nueva
remix-no-seed = «{ $typed }» no es una semilla; sirve cualquier número entero de 0 a { $largest }.
extend-title = Alargar
extend-seconds = Segundos más, de { $least } a { $most }
extend-no-number = «{ $typed }» no es un número de segundos; 20 lo sería.
extend-unfinished = Esta pieza aún se está haciendo; se podrá alargar en cuanto se publique su pista.
extend-gone = El archivo de esta pista ya no está aquí; el mensaje con la pista también tiene un botón que la alarga.
extend-long = Esta pista es demasiado larga para alargarla; sirve hasta { $most } s.
extend-answer = { $before ->
    [0] «{ $prompt }» sigue { $seconds } s, hasta { $total } s en total, con la semilla { $seed }.
    [one] «{ $prompt }» sigue { $seconds } s, hasta { $total } s en total, con la semilla { $seed }; suena después de otra pieza.
   *[other] «{ $prompt }» sigue { $seconds } s, hasta { $total } s en total, con la semilla { $seed }; suena después de otras { $before }.
}

### Commands in the menu of a message (right click, Apps): up to 32 characters

command-again = Otra vez
command-compose-on-this-melody = Componer sobre esta melodía
command-continue-this = Continuar esto
command-extend = Alargar
command-remix = Remix

### Commands as Discord's menus show them: names, options, choices and what they are for

command-choice = { $choice ->
    [announce] { command-settings.announce-name }
    [dj] dj
    [dj_role] { command-settings.dj_role-name }
    [everything] todo
    [format] { command-settings.format-name }
    [free] libre
    [interval] { command-settings.interval-name }
    [length] { command-settings.length-name }
    [minutes] { command-settings.minutes-name }
    [rights] { command-settings.rights-name }
    [tracks_in] { command-settings.tracks_in-name }
    [volume] { command-settings.volume-name }
    [vote] votación
    [waiting] { command-settings.waiting-name }
   *[other] { $choice }
}
command-compose = componer
    .description = Compone música con tus palabras y la toca mientras se hace
    .prompt-name = prompt
    .prompt = Cómo debe sonar, en inglés: estilo, instrumentos, ambiente, tempo
    .length-name = duración
    .length = Segundos de música, 10 o más; si no se indica, lo habitual aquí
    .interval-name = intervalo
    .interval = Segundos de música entre dos entregas, de 0,5 a 2,5; automático si no se indica
    .seed-name = semilla
    .seed = Las mismas palabras y semilla hacen la misma música; al azar si no se indica
    .melody-name = melodía
    .melody = Un sonido que tararear, como un mensaje de voz; solo algunos modelos pueden
    .continued-name = continuar
    .continued = Un archivo de sonido: la música empieza donde este acaba
command-radio = radio
    .description = Toca música sin fin mientras alguien escuche
    .prompt-name = { command-compose.prompt-name }
    .prompt = { command-compose.prompt }
    .seed-name = { command-compose.seed-name }
    .seed = { command-compose.seed }
command-stop = detener
    .description = Termina la música y olvida la cola
command-skip = saltar
    .description = Termina esta pieza y toca la siguiente
command-steer = redirigir
    .description = Deja que otras palabras tomen el relevo en la música que suena
    .words-name = palabras
    .words = Cómo debe sonar a partir de ahora
    .blend-name = transición
    .blend = Segundos en que las palabras nuevas toman el relevo, de 0 a 10; 2 si se omite
command-pause = pausa
    .description = Deja la música donde está; la composición sigue
command-resume = seguir
    .description = Sigue desde donde se pausó la música
command-queue = cola
    .description = Lo que suena y lo que sigue
command-queue-show = ver
    .description = Lo que suena y lo que sigue
command-queue-move = mover
    .description = Hace que una pieza en espera suene antes o después
    .piece-name = pieza
    .piece = Una pieza en espera, o su puesto
    .place-name = puesto
    .place = Dónde debe esperar: 1 suena a continuación; los siguientes se retrasan
command-queue-remove = quitar
    .description = Quita de la cola una pieza en espera
    .piece-name = pieza
    .piece = Una pieza en espera, o su puesto
command-nowplaying = sonando
    .description = Lo que suena, cuánto está hecho y cuánto ha sonado
command-volume = volumen
    .description = Volumen de la música en el canal; la pista publicada conserva su nivel
    .percent-name = porcentaje
    .percent = De 0 a 100, que es lo más fuerte
command-settings = ajustes
    .description = Lo que vale en este servidor: duración, volumen, derechos, límites y más
    .length-name = duración
    .length = Segundos de música cuando nadie los indica, 10 o más
    .interval-name = intervalo
    .interval = Segundos de música entre dos entregas, de 0,5 a 2,5
    .volume-name = volumen
    .volume = Porcentaje con el que empieza la música, de 0 a 100
    .rights-name = derechos
    .rights = Quién puede saltar, detener, pausar y demás, además de quien pidió y quien gestiona
    .dj_role-name = rol_dj
    .dj_role = El rol para derechos: dj
    .tracks_in-name = pistas_en
    .tracks_in = El canal de texto donde se publican las pistas terminadas
    .format-name = formato
    .format = El formato de las pistas, donde quepa el archivo
    .waiting-name = espera
    .waiting = Piezas de una persona que pueden esperar o sonar; 0 es sin límite
    .minutes-name = minutos
    .minutes = Minutos de música que una persona puede pedir al día; 0 es sin límite
    .announce-name = anunciar
    .announce = Si el estado del canal de voz dice lo que suena
    .reset-name = restablecer
    .reset = Deshace una elección, o todas
command-library = biblioteca
    .description = Lo que se hizo aquí: tocarlo otra vez, obtenerlo, olvidarlo
    .search-name = buscar
    .search = Palabras de su prompt; sin nada, las más nuevas
    .by-name = de
    .by = Solo lo que pidió esta persona
command-privacy = privacidad
    .description = Lo que Busker recuerda de ti, y cómo borrarlo
command-about = acerca
    .description = Qué es Busker, con qué compone y cómo invitarlo
command-help = ayuda
    .description = Cómo empezar, con ejemplos en los que hacer clic
