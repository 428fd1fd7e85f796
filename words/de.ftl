# Was Busker auf Deutsch sagt. Wer liest, wird geduzt.
#
# Begriffe: piece = Stück (worum gebeten wird), track = Track (die fertige Datei), seed = Seed, prompt = Prompt,
# queue = Warteschlange, library = Bibliothek, steer = lenken, checkpoint = Modell, interval = Intervall,
# managers = wer den Server verwalten darf. Anführungszeichen „ “.

### Any command

error-unforeseen = Bei Busker ist etwas schiefgegangen; es steht im Log. Bitte versuch es noch einmal.
error-value = „{ $value }“ geht hier nicht; bitte prüf die Angabe und versuch es noch einmal.
error-forbidden = Das darfst du hier nicht.
error-old-command = Discord zeigt diesen Befehl noch in einer alten Form; versuch es in einer Minute noch einmal.
error-servers-only = Busker spielt in Sprachkanälen von Servern; bitte dort um Musik.
error-shutting-down = Busker wird gerade beendet; bitte versuch es in einer Minute noch einmal.
error-for-operators = { $sentence }

### /steer

steer-answer = { $seconds ->
    [0] „{ $prompt }“ übernimmt.
   *[other] „{ $prompt }“ übernimmt; zu hören ist es in etwa { $seconds } s.
}
steer-title = Lenken
steer-words = Wie es von jetzt an klingen soll
steer-too-late = Dieses Stück ist schon ganz komponiert, neue Worte kommen zu spät; lenk das nächste früher.
steer-kept = Dieser Track ist schon fertig und läuft nur noch einmal, neue Worte können ihn nicht mehr ändern.

### /compose

compose-answer = { $before ->
    [0] Ich komponiere { $seconds } s „{ $prompt }“ mit dem Seed { $seed }.
    [one] Ich komponiere { $seconds } s „{ $prompt }“ mit dem Seed { $seed }; vorher läuft noch ein anderes Stück.
   *[other] Ich komponiere { $seconds } s „{ $prompt }“ mit dem Seed { $seed }; vorher laufen noch { $before } andere.
}
compose-stage = Auf einer Stage bittet Busker erst ums Wort; bis die Moderation es erteilt, wartet die Musik.
compose-radio = Das Radio macht dafür Platz und kommt zurück, wenn nichts anderes mehr wartet.

### /radio

radio-answer = { $before ->
    [0] Das Radio spielt „{ $prompt }“ mit dem Seed { $seed }, bis es jemand mit /{ command-skip } oder /{ command-stop } beendet.
    [one] Nach einem anderen Stück spielt das Radio „{ $prompt }“ mit dem Seed { $seed }, bis es jemand mit /{ command-skip } oder /{ command-stop } beendet.
   *[other] Nach { $before } anderen Stücken spielt das Radio „{ $prompt }“ mit dem Seed { $seed }, bis es jemand mit /{ command-skip } oder /{ command-stop } beendet.
}
radio-already = Hier läuft schon ein Radio; /{ command-steer } gibt ihm andere Worte, /{ command-skip } beendet es.
radio-asleep = Niemand hört zu; das Radio schläft, bis jemand kommt
radio-enough-today = Wer um das Radio gebeten hat, hat so viel Musik gehabt, wie eine Person hier am Tag haben darf; jemand anderes kann ein neues starten.
radio-too-slow = Busker komponiert hier zu langsam für Musik ohne Ende; /{ command-compose } macht Stücke, die eines haben.
# { $clock } sind Minuten und Sekunden: 2:58.
keep-answer = Die letzten { $clock } Minuten des Radios werden gleich als Track gepostet.
keep-too-soon = { $seconds ->
    [one] Es gibt noch zu wenig Neues zum Behalten; versuch es wieder, wenn { $seconds } s mehr gelaufen ist.
   *[other] Es gibt noch zu wenig Neues zum Behalten; versuch es wieder, wenn { $seconds } s mehr gelaufen sind.
}

### What may be asked for

piece-prompt = { $signs ->
    [one] Der Prompt hat ein lesbares Zeichen; nötig sind { $shortest } bis { $longest }.
   *[other] Der Prompt hat { $signs } lesbare Zeichen; nötig sind { $shortest } bis { $longest }.
}
piece-seconds = { $field ->
    [interval] Ein Intervall von { $seconds } s ist nicht möglich; { $lowest } bis { $highest } s gehen.
   *[length] Eine Länge von { $seconds } s ist nicht möglich; { $lowest } bis { $highest } s gehen.
}
piece-seed = Der Seed { $seed } ist nicht möglich; jede ganze Zahl von 0 bis { $largest } geht.
piece-tags = Was in dieser Datei über ihre Entstehung steht, lässt sich nicht verwenden.

### Where Busker may play and post

permissions-no-voice = Du bist in keinem Sprachkanal; tritt einem bei und versuch es noch einmal.
permissions-full = { $limit ->
    [one] { $channel } ist voll ({ $limit } Person); macht Platz und versuch es noch einmal.
   *[other] { $channel } ist voll ({ $limit } Personen); macht Platz und versuch es noch einmal.
}
permissions-elsewhere = Busker spielt in { $channel }; komm dorthin und versuch es noch einmal.
permissions-no-posting = Hier kann Busker keine Tracks posten; versuch es in einem Textkanal des Servers.
permissions-missing = { $count ->
    [one] In { $channel } fehlt Busker die Berechtigung { $missing }; die Moderation kann sie erteilen.
   *[other] In { $channel } fehlen Busker die Berechtigungen { $missing }; die Moderation kann sie erteilen.
}
permissions-name = { $name ->
    [attach_files] Dateien anhängen
    [connect] Verbinden
    [embed_links] Links einbetten
    [request_to_speak] Redeanfrage
    [send_messages] Nachrichten senden
    [send_messages_in_threads] Nachrichten in Threads senden
    [speak] Sprechen
   *[view_channel] Kanal ansehen
}

### Who may do what

rights-voted = { $act ->
    [pause] { $name } möchte die Musik anhalten: { $votes } von { $needed } Stimmen. Wer zuhört, stimmt mit /{ command-pause } ab.
    [resume] { $name } möchte die Musik weiterlaufen lassen: { $votes } von { $needed } Stimmen. Wer zuhört, stimmt mit /{ command-resume } ab.
    [stop] { $name } möchte die Musik beenden: { $votes } von { $needed } Stimmen. Wer zuhört, stimmt mit /{ command-stop } ab.
    [volume] { $name } möchte die Lautstärke ändern: { $votes } von { $needed } Stimmen. Wer zuhört, stimmt mit /{ command-volume } ab.
    [move] { $name } möchte das in der Warteschlange verschieben: { $votes } von { $needed } Stimmen. Wer zuhört, stimmt mit /{ command-queue } { command-queue-move } ab.
    [remove] { $name } möchte das aus der Warteschlange nehmen: { $votes } von { $needed } Stimmen. Wer zuhört, stimmt mit /{ command-queue } { command-queue-remove } ab.
    [steer] { $name } möchte die Musik lenken: { $votes } von { $needed } Stimmen. Wer zuhört, stimmt mit /{ command-steer } und denselben Worten ab.
   *[skip] { $name } möchte das überspringen: { $votes } von { $needed } Stimmen. Wer zuhört, stimmt mit /{ command-skip } ab.
}
rights-role-needed = { $act ->
    [pause] Nur wer { $role } hat oder um das Stück gebeten hat, darf hier die Musik anhalten.
    [resume] Nur wer { $role } hat oder um das Stück gebeten hat, darf hier die Musik weiterlaufen lassen.
    [stop] Nur wer { $role } hat oder um das Stück gebeten hat, darf hier die Musik beenden.
    [volume] Nur wer { $role } hat oder um das Stück gebeten hat, darf hier die Lautstärke ändern.
    [move] Nur wer { $role } hat oder um das Stück gebeten hat, darf es hier in der Warteschlange verschieben.
    [remove] Nur wer { $role } hat oder um das Stück gebeten hat, darf es hier aus der Warteschlange nehmen.
    [steer] Nur wer { $role } hat oder um das Stück gebeten hat, darf es hier lenken.
   *[skip] Nur wer { $role } hat oder um das Stück gebeten hat, darf es hier überspringen.
}
rights-role-unset = { $act ->
    [pause] Nur wer um das Stück gebeten hat, darf hier die Musik anhalten; wer den Server verwaltet, kann mit /{ command-settings } eine DJ-Rolle festlegen.
    [resume] Nur wer um das Stück gebeten hat, darf hier die Musik weiterlaufen lassen; wer den Server verwaltet, kann mit /{ command-settings } eine DJ-Rolle festlegen.
    [stop] Nur wer um das Stück gebeten hat, darf hier die Musik beenden; wer den Server verwaltet, kann mit /{ command-settings } eine DJ-Rolle festlegen.
    [volume] Nur wer um das Stück gebeten hat, darf hier die Lautstärke ändern; wer den Server verwaltet, kann mit /{ command-settings } eine DJ-Rolle festlegen.
    [move] Nur wer um das Stück gebeten hat, darf es hier in der Warteschlange verschieben; wer den Server verwaltet, kann mit /{ command-settings } eine DJ-Rolle festlegen.
    [remove] Nur wer um das Stück gebeten hat, darf es hier aus der Warteschlange nehmen; wer den Server verwaltet, kann mit /{ command-settings } eine DJ-Rolle festlegen.
    [steer] Nur wer um das Stück gebeten hat, darf es hier lenken; wer den Server verwaltet, kann mit /{ command-settings } eine DJ-Rolle festlegen.
   *[skip] Nur wer um das Stück gebeten hat, darf es hier überspringen; wer den Server verwaltet, kann mit /{ command-settings } eine DJ-Rolle festlegen.
}
rights-enough-waiting = { $waiting ->
    [one] Von dir wartet oder läuft schon ein Stück, mehr darf eine Person hier nicht haben; versuch es wieder, wenn es gelaufen ist.
   *[other] Von dir warten oder laufen schon { $waiting } Stücke, mehr darf eine Person hier nicht haben; versuch es wieder, wenn eines gelaufen ist.
}
rights-enough-today = Du hast heute { $used } von { $cap } s Musik verbraucht, die eine Person hier am Tag haben darf; { $seconds } s mehr passen nicht hinein. Neu gezählt wird { $again }.

### What plays

playback-nothing = Es läuft nichts; mit /{ command-compose } fängt etwas an.
playback-not-yet = Es läuft noch nichts.
playback-not-paused = Es ist nichts angehalten.
playback-stopped = { $forgotten ->
    [0] Beendet.
    [one] Beendet, und ein wartendes Stück vergessen.
   *[other] Beendet, und { $forgotten } wartende Stücke vergessen.
}
playback-skipped = Seed { $seed } übersprungen.
playback-paused = Angehalten; mit /{ command-resume } geht es hier weiter.
playback-resumed = Es geht weiter.
playback-volume = Lautstärke { $percent } %.
queue-full = { $waiting ->
    [one] Es wartet schon ein Stück; versuch es wieder, wenn es gelaufen ist.
   *[other] Es warten schon { $waiting } Stücke; versuch es wieder, wenn eines gelaufen ist.
}

### Why the music is silent, or ended

voice-waits = { $hold ->
    [alone] Niemand hört zu; die Musik wartet
    [connecting] Verbindung wird hergestellt; die Musik wartet
    [muted] Busker ist stummgeschaltet; die Musik wartet
    [speechless] Busker darf hier nicht sprechen; die Musik wartet
   *[suppressed] Busker hat auf der Stage ums Wort gebeten; die Musik wartet
}
voice-put-out = Busker wurde aus dem Sprachkanal entfernt.
voice-call-ended = Discord hat den Anruf beendet.
voice-rate-limited = Discord möchte, dass Busker eine Weile keinem Sprachkanal beitritt.
voice-unencrypted = Discord hat festgestellt, dass Busker nicht Ende zu Ende verschlüsselt.
voice-gone = Den Sprachkanal gibt es nicht mehr.
voice-out-of-server = Busker ist nicht mehr auf diesem Server.
voice-not-connected = Busker ist mit keinem Sprachkanal mehr verbunden.
voice-failed = Mit der Sprachverbindung ist etwas schiefgegangen.
voice-lost-often = Busker hat die Sprachverbindung immer wieder verloren.
voice-not-let-in = Discord hat Busker nicht in { $channel } gelassen; bitte versuch es noch einmal.
trouble-deserted = Alle haben den Sprachkanal verlassen.
trouble-playing = Beim Abspielen ist etwas schiefgegangen.
trouble-composing = Beim Komponieren ist etwas schiefgegangen; bitte versuch es noch einmal.
trouble-writing = Beim Schreiben des Tracks ist etwas schiefgegangen; bitte noch einmal darum.
trouble-too-large = Der Track ist zum Posten zu groß; er bleibt als { $file } aufgehoben.
trouble-posted-anyway = { $trouble } Der Track wird trotzdem gepostet.
trouble-not-taken = Discord hat den Track nicht angenommen; er bleibt als { $file } aufgehoben.
trouble-tried-again = Discord hat den Track nicht angenommen; er bleibt als { $file } aufgehoben, und in { $seconds } s folgt ein neuer Versuch.

### The engine

engine-closed = Die Engine wurde beendet, bevor dieses Stück fertig war.
engine-not-running = Die Engine läuft nicht; sie muss gestartet sein, bevor ein Stück entstehen kann.
engine-composed-already = Dieses Stück ist schon zu Ende komponiert; lenk das nächste.
engine-died = { $deaths ->
    [one] Die Engine ist an diesem Stück abgestürzt; versuch es mit einem anderen.
   *[other] Die Engine ist an diesem Stück { $deaths }-mal abgestürzt; versuch es mit einem anderen.
}
engine-too-little-memory = Für dieses Stück reicht der Speicher nicht; bitte um ein einfacheres.
engine-does-not-fit = Ein Stück von { $seconds } s passt nicht in diese Engine; wähl eine andere Länge.
engine-not-finite = Das Modell hat Zahlen errechnet, die nicht endlich sind, daher kann dieses Stück nicht weitergehen; vielleicht klappt es mit einem anderen Seed, und wenn mit keinem, ist das Modell beschädigt oder zu ungenau.
engine-channels = { $channels ->
    [one] Das Modell erzeugt Ton mit einem Kanal; Busker spielt einen oder zwei.
   *[other] Das Modell erzeugt Ton mit { $channels } Kanälen; Busker spielt einen oder zwei.
}
engine-no-sound = Das Modell hat etwas erzeugt, das kein Klang ist; vielleicht klappt es mit einem anderen Seed.

### Tracks and recordings

track-prompt = „{ $prompt }“
track-picture = { $seconds ->
    [one] Wellenform und Spektrogramm von „{ $prompt }“, { $seconds } Sekunde, Seed { $seed }. { $contour }
   *[other] Wellenform und Spektrogramm von „{ $prompt }“, { $seconds } Sekunden, Seed { $seed }. { $contour }
}
track-silent = Es ist still.
track-even = Es ist von Anfang bis Ende etwa gleich laut.
track-contour = Es beginnt { $first }, ist { $place } am lautesten und endet { $last }.
track-loudness = { $level ->
    [loud] laut
    [softer] leiser
    [quiet] leise
   *[silent] still
}
track-loudest = { $place ->
    [beginning] am Anfang
    [second] nach einer Weile
    [middle] in der Mitte
    [fourth] gegen Ende
   *[end] am Ende
}
track-line = „{ $prompt }“ · { $seconds } s · Seed { $seed }
track-radio-line = „{ $prompt }“ · { $seconds } s aus dem Radio, ab { $begin } · Seed { $seed }
track-not-saved = Der fertige Track konnte nicht gespeichert werden: { $why }.
track-not-ours = { $file } ist kein Track, den Busker geschrieben hat.
track-gone = { $file } ist weg oder kein Track mehr.
recording-too-short = { $file } ist kürzer als { $shortest } s; wähl eine längere Datei.
recording-changed = { $file } hat sich seit der Auswahl verändert; wähl die Datei noch einmal.
recording-too-long = { $longest ->
    [one] { $file } ist länger als eine Minute; wähl eine kürzere Datei.
   *[other] { $file } ist länger als { $longest } Minuten; wähl eine kürzere Datei.
}
recording-unreadable = { $file } lässt sich nicht als Ton lesen; FLAC, MP3, Ogg, WAV, M4A oder WebM geht.
recording-silent = In { $file } ist kein Ton; wähl eine andere Datei.

### /settings

settings-managers-only = Nur wer diesen Server verwalten darf, kann Buskers Einstellungen ändern.
settings-too-long = Das längste Stück, das dieser Busker komponiert, hat { $longest } s; wähl eine Länge bis dahin.
settings-no-role = Um die Musik DJs zu überlassen, gib auch ihre Rolle an: die Option { command-settings.dj_role-name }.
settings-everybody = Die Rolle { $role } haben alle; wähl eine andere oder { command-settings.rights-name }: { $free }.
settings-not-written = Dieser Busker schreibt kein { $format }; er schreibt { $formats }.
settings-title = Einstellungen
settings-shown = Jede Option von /{ command-settings } ändert eine davon; die Option { command-settings.reset-name } nimmt eine zurück.
settings-changed = Geändert, gilt ab jetzt.
settings-label = { $option ->
    [announce] Status des Sprachkanals
    [dj_role] DJ-Rolle
    [format] Format
    [interval] Intervall
    [length] Länge
    [minutes] Musik am Tag
    [rights] Wer über die Musik bestimmt
    [tracks_in] Tracks werden gepostet
    [volume] Lautstärke
   *[waiting] Wartende Stücke
}
settings-default = { $value } (Standard)
settings-seconds = { $seconds } s
settings-automatic = automatisch
settings-volume = { NUMBER($share, style: "percent") }
settings-rights = { $rights ->
    [dj] alle mit der DJ-Rolle
    [vote] die Mehrheit der Zuhörenden
   *[free] alle, die zuhören
}
settings-no-dj-role = keine
settings-dj-role = { $role }
settings-posted-in = in { $channel }
settings-posted-where-asked = wo um sie gebeten wurde
settings-format = { $format }
settings-formats = { $first }, dann { $then }
settings-waiting = { $pieces ->
    [0] unbegrenzt
   *[other] { $pieces } pro Person
}
settings-minutes = { $minutes ->
    [0] unbegrenzt
   *[other] { $minutes } min pro Person
}
settings-announced = sagt, was läuft
settings-not-announced = bleibt, wie er ist

### /library

library-title = Bibliothek
library-nothing-made = Hier ist noch nichts entstanden, was du sehen kannst; mit /{ command-compose } entsteht etwas.
library-nothing-found = Nichts, was hier entstanden ist, enthält diese Wörter; mit weniger Wörtern findest du mehr.
library-no-more = Älteres gibt es nicht.
library-line = { $number }. „{ $prompt }“ · { $seconds } s · { $member } · { $when }
library-choice = { $prompt } · { $seconds } s · Seed { $seed }
library-placeholder = Wähl einen Track
library-facts = { $seconds } s · Seed { $seed } · { $checkpoint }
library-made-for = Entstanden für { $member } { $when }.
library-act = { $act ->
    [fetch] Holen
    [forget] Vergessen
   *[play] Noch einmal spielen
}
library-open = Zur Nachricht
library-older = Ältere
library-gone = Dieser Track ist nicht mehr in der Bibliothek.
library-playing = { $before ->
    [0] „{ $prompt }“ läuft noch einmal.
    [one] „{ $prompt }“ läuft noch einmal, nach einem anderen Stück.
   *[other] „{ $prompt }“ läuft noch einmal, nach { $before } anderen.
}
library-making = { $before ->
    [0] Die Datei ist weg, deshalb entsteht „{ $prompt }“ noch einmal; es wird genauso klingen.
    [one] Die Datei ist weg, deshalb entsteht „{ $prompt }“ noch einmal, nach einem anderen Stück; es wird genauso klingen.
   *[other] Die Datei ist weg, deshalb entsteht „{ $prompt }“ noch einmal, nach { $before } anderen; es wird genauso klingen.
}
library-making-other = { $before ->
    [0] Die Datei ist weg, deshalb entsteht „{ $prompt }“ noch einmal. Es wird anders klingen: Es war mit { $then } gemacht, und jetzt komponiert Busker mit { $now }.
    [one] Die Datei ist weg, deshalb entsteht „{ $prompt }“ noch einmal, nach einem anderen Stück. Es wird anders klingen: Es war mit { $then } gemacht, und jetzt komponiert Busker mit { $now }.
   *[other] Die Datei ist weg, deshalb entsteht „{ $prompt }“ noch einmal, nach { $before } anderen. Es wird anders klingen: Es war mit { $then } gemacht, und jetzt komponiert Busker mit { $now }.
}
library-lost = Die Datei ist weg, und sie entstand aus einer Tondatei, die Busker nicht aufhebt; deshalb lässt sie sich nicht noch einmal machen.
library-radio-lost = Die Datei ist weg, und was aus einem Radio behalten wurde, lässt sich nicht noch einmal machen.
library-posted-there = Er steht in { $link }.
library-nowhere = Die Datei ist weg, und sie wurde nie gepostet; „Noch einmal spielen“ macht sie neu.
library-not-yours = Nur wer um einen Track gebeten hat und wer den Server verwaltet, kann Busker ihn vergessen lassen.
library-forgotten = Vergessen, samt Datei. Die Nachricht mit dem Track bleibt, bis jemand sie löscht.

### /privacy

privacy-tracks = { $count ->
    [one] { $count } Track
   *[other] { $count } Tracks
}
privacy-remembered = Busker merkt sich { $tracks }, um die du gebeten hast, auf allen Servern zusammen, mit Prompts, Seeds und Dateien. { privacy-for-now } { privacy-what-stays }
privacy-nothing = Busker hat keinen Track von dir gespeichert. { privacy-for-now }
privacy-for-now = Außerdem weiß er, worum du gebeten hast und was noch nicht zu Ende ist, und, wo es eine Grenze gibt, um wie viel Musik du heute gebeten hast. Sonst ist über dich nichts gespeichert.
privacy-what-stays = Nachrichten, die Busker in Kanälen gepostet hat, bleiben; wer dort Nachrichten löschen darf, kann sie löschen.
privacy-delete = Diese Tracks löschen
privacy-deleted = Gelöscht: { $tracks } samt Dateien. { privacy-for-now } { privacy-what-stays }

### /about and /help

about-busker = Busker komponiert Musik, während du zuhörst.
about-model = Modell
about-made-on = { $checkpoint } ({ $revision }) auf { $device }
about-licence = Lizenz der Gewichte
about-speed = Tempo
about-times = { $listeners ->
    [one] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) }-fache Echtzeit; ein Stück zugleich
   *[other] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) }-fache Echtzeit; { $listeners } Stücke zugleich
}
about-version = Version
about-no-version = nicht als Paket installiert
about-permissions = Nötig sind { $needed }, sonst nichts.
about-invite = Busker einladen
help-title = So geht’s los
help-text =
    Tritt einem Sprachkanal bei und tipp { $compose } mit deinen Worten, am besten auf Englisch, denn das verstehen die Modelle: Stil, Instrumente, Stimmung, Tempo. Die Musik beginnt, während sie entsteht, und der fertige Track wird gepostet.

    { $compose } `{ command-compose.prompt-name }: { $first }`
    { $compose } `{ command-compose.prompt-name }: { $second }` `{ command-compose.length-name }: 10` `{ command-compose.seed-name }: 7` ergibt jedes Mal dieselbe Musik
    { $compose } mit `{ command-compose.melody-name }:` oder `{ command-compose.continued-name }:` nimmt eine Tondatei, ebenso „Apps“ im Menü einer Sprachnachricht
    { $steer } lässt andere Worte übernehmen, was läuft
    { $radio } spielt ohne Ende, solange jemand zuhört; die letzten Minuten lassen sich behalten
    { $queue } zeigt, was folgt · { $skip } { $pause } { $resume } { $stop } { $volume } steuern, was läuft
    { $library } findet, was hier entstanden ist, zum Wiederhören · { $settings } ist für die Serververwaltung
    { $privacy } zeigt und löscht, was Busker über dich weiß · { $about } sagt, womit Busker komponiert

    Oder fang mit einem von diesen an:

### /queue

queue-not-waiting = Das wartet nicht oder nicht mehr in der Warteschlange; wähl ein Stück aus der Liste oder gib seinen Platz an.
queue-title = Warteschlange
queue-nothing-waits = Es wartet nichts.
queue-radio = Radio
queue-removed = „{ $prompt }“ ist aus der Warteschlange genommen.
queue-moved = „{ $prompt }“ ist jetzt auf Platz { $place } der Warteschlange.

### The presence, in English for everybody

presence-idle = /{ command-compose } macht Musik
presence-playing = { $channels ->
    [one] Spielt in einem Sprachkanal
   *[other] Spielt in { $channels } Sprachkanälen
}

### Recordings that members bring

melody-unfollowed = „{ $checkpoint }“ folgt keiner Melodie; ein Melodie-Modell wie facebook/musicgen-melody kann das, und jedes Modell kann eine Aufnahme fortsetzen.
recording-broken = { $name } lässt sich nicht als Ton lesen; ein anderes Format geht.
recording-large = { $name } hat { $size } MiB; bis { $most } MiB gehen.
recording-none = In dieser Nachricht ist kein Ton; wähl eine mit einer Sprachnachricht oder Tondatei.
recording-soundless = { $name } ist kein Ton; eine Sprachnachricht oder Tondatei geht.
recording-title-continue = { command-continue-this }
recording-title-melody = { command-compose-on-this-melody }
recording-unfetched = Discord hat { $name } nicht herausgegeben; poste die Datei noch einmal.
recording-unkept = { $name } ließ sich bei Busker nicht aufbewahren; es steht im Log.
recording-words = Wie es klingen soll

### The card

card-stopped = Beendet
card-played = Gespielt
card-ended-early = Vorzeitig zu Ende
card-paused = Angehalten
card-holding = { $why }
card-waiting = Ist bald an der Reihe
card-playing = Läuft
card-composing = Wird komponiert
card-composing-for = Wird komponiert · erster Ton in etwa { $seconds } s
card-facts = { $seconds } s · Seed { $seed } · für { $name }
card-line = „{ $prompt }“ · { $seconds } s · Seed { $seed }
card-radio-line = „{ $prompt }“ · Radio · Seed { $seed }
card-radio-facts = Radio · Seed { $seed } · für { $name }
card-radio-heard = { $clock } gespielt
card-bar = { $what ->
    [made] { $bar } { $seconds } von { $total } s komponiert
   *[played] { $bar } { $seconds } von { $total } s gespielt
}
card-trouble = **Problem:** { $trouble }
card-trouble-of = **Problem** mit „{ $prompt }“: { $trouble }
card-follows = **Danach**
card-place = { $place }. { $piece }
card-more = { $more ->
    [one] … und noch eines
   *[other] … und noch { $more }
}
card-button = { $act ->
    [pause] Anhalten
    [resume] Weiter
    [skip] Überspringen
    [stop] Beenden
    [steer] Lenken
    [keep] Behalten
    [again] Noch einmal
    [remix] Remix
   *[extend] Verlängern
}

### After a restart

restart-forgot = { $pieces ->
    [one] Busker wurde neu gestartet, und ein Stück, um das hier gebeten wurde, ist vergessen.
   *[other] Busker wurde neu gestartet, und { $pieces } Stücke, um die hier gebeten wurde, sind vergessen.
}

### Again, Remix, Extend

button-over = Dieses Stück läuft nicht mehr; die Knöpfe für das, was läuft, hat die neueste Karte.
button-gone = Dieses Stück ist vorbei, und sein Track ist nicht in der Bibliothek; /{ command-compose } macht ein neues.
remake-not-mine = Das ist kein Track von Busker; wähl eine Nachricht, in der Busker einen gepostet hat.
remake-slow = Discord braucht zu lange, um den Track herauszugeben; bitte versuch es noch einmal.
remake-again = { $before ->
    [0] „{ $prompt }“ läuft noch einmal.
    [one] „{ $prompt }“ läuft noch einmal, nach einem anderen Stück.
   *[other] „{ $prompt }“ läuft noch einmal, nach { $before } anderen.
}
remix-title = Remix
remix-words = Wie es klingen soll
remix-seed = Seed, eine ganze Zahl; leer: ein neuer
remix-no-seed = „{ $typed }“ ist kein Seed; jede ganze Zahl von 0 bis { $largest } geht.
extend-title = Verlängern
extend-seconds = Sekunden mehr, { $least } bis { $most }
extend-no-number = „{ $typed }“ ist keine Zahl von Sekunden; 20 wäre eine.
extend-unfinished = Dieses Stück entsteht noch; es lässt sich verlängern, sobald sein Track gepostet ist.
extend-gone = Die Datei dieses Tracks ist hier weg; auch die Nachricht mit dem Track hat einen Knopf, der ihn verlängert.
extend-long = Dieser Track ist zu lang, um ihn zu verlängern; bis { $most } s geht es.
extend-answer = { $before ->
    [0] „{ $prompt }“ geht { $seconds } s weiter, auf insgesamt { $total } s, mit dem Seed { $seed }.
    [one] „{ $prompt }“ geht { $seconds } s weiter, auf insgesamt { $total } s, mit dem Seed { $seed }; vorher läuft noch ein anderes Stück.
   *[other] „{ $prompt }“ geht { $seconds } s weiter, auf insgesamt { $total } s, mit dem Seed { $seed }; vorher laufen noch { $before } andere.
}

### Commands in the menu of a message (right click, Apps): up to 32 characters

command-again = Noch einmal
command-compose-on-this-melody = Zu dieser Melodie komponieren
command-continue-this = Das hier fortsetzen
command-extend = Verlängern
command-remix = Remix

### Commands as Discord's menus show them: names, options, choices and what they are for

command-choice = { $choice ->
    [announce] { command-settings.announce-name }
    [dj] dj
    [dj_role] { command-settings.dj_role-name }
    [everything] alles
    [format] { command-settings.format-name }
    [free] frei
    [interval] { command-settings.interval-name }
    [length] { command-settings.length-name }
    [minutes] { command-settings.minutes-name }
    [rights] { command-settings.rights-name }
    [tracks_in] { command-settings.tracks_in-name }
    [volume] { command-settings.volume-name }
    [vote] abstimmung
    [waiting] { command-settings.waiting-name }
   *[other] { $choice }
}
command-compose = komponieren
    .description = Komponiert Musik nach deinen Worten und spielt sie, während sie entsteht
    .prompt-name = prompt
    .prompt = Wie es klingen soll, auf Englisch: Stil, Instrumente, Stimmung, Tempo
    .length-name = länge
    .length = Sekunden Musik, mindestens 10; ohne Angabe so viele, wie hier üblich sind
    .interval-name = intervall
    .interval = Sekunden Musik zwischen zwei Lieferungen, 0,5 bis 2,5; ohne Angabe automatisch
    .seed-name = seed
    .seed = Gleiche Worte und gleicher Seed geben gleiche Musik; ohne Angabe gewürfelt
    .melody-name = melodie
    .melody = Tondatei zum Nachsummen, etwa eine Sprachnachricht; nur manche Modelle können das
    .continued-name = fortsetzung
    .continued = Tondatei, die weitergehen soll: Die Musik beginnt, wo sie endet
command-radio = radio
    .description = Spielt Musik ohne Ende, solange jemand zuhört
    .prompt-name = { command-compose.prompt-name }
    .prompt = { command-compose.prompt }
    .seed-name = { command-compose.seed-name }
    .seed = { command-compose.seed }
command-stop = stopp
    .description = Beendet die Musik und vergisst die Warteschlange
command-skip = überspringen
    .description = Beendet dieses Stück und spielt das nächste
command-steer = lenken
    .description = Lässt andere Worte die laufende Musik übernehmen
    .words-name = worte
    .words = Wie es von jetzt an klingen soll
    .blend-name = übergang
    .blend = Sekunden, in denen die neuen Worte übernehmen, 0 bis 10; ohne Angabe 2
command-pause = pause
    .description = Hält die Musik an; komponiert wird weiter
command-resume = fortsetzen
    .description = Spielt dort weiter, wo die Musik angehalten wurde
command-queue = warteschlange
    .description = Was läuft und was folgt
command-queue-show = zeigen
    .description = Was läuft und was folgt
command-queue-move = verschieben
    .description = Lässt ein wartendes Stück früher oder später laufen
    .piece-name = stück
    .piece = Ein wartendes Stück oder sein Platz
    .place-name = platz
    .place = Wohin es soll: 1 läuft als Nächstes; spätere Plätze rücken nach hinten
command-queue-remove = entfernen
    .description = Nimmt ein wartendes Stück aus der Warteschlange
    .piece-name = stück
    .piece = Ein wartendes Stück oder sein Platz
command-nowplaying = läuft
    .description = Was läuft, wie viel davon komponiert und wie viel gespielt ist
command-volume = lautstärke
    .description = Wie laut die Musik im Kanal läuft; der gepostete Track behält seinen Pegel
    .percent-name = prozent
    .percent = 0 bis 100; lauter geht es nicht
command-settings = einstellungen
    .description = Was auf diesem Server gilt: Länge, Lautstärke, Rechte, Grenzen und mehr
    .length-name = länge
    .length = Sekunden Musik, wenn niemand etwas angibt, mindestens 10
    .interval-name = intervall
    .interval = Sekunden Musik zwischen zwei Lieferungen, 0,5 bis 2,5
    .volume-name = lautstärke
    .volume = Prozent, mit denen die Musik beginnt, 0 bis 100
    .rights-name = rechte
    .rights = Wer überspringen, beenden, anhalten darf, außer wer darum bat und wer verwaltet
    .dj_role-name = dj_rolle
    .dj_role = Die Rolle für rechte: dj
    .tracks_in-name = tracks_in
    .tracks_in = Der Textkanal, in dem fertige Tracks gepostet werden
    .format-name = format
    .format = Das Format der Tracks, wo die Datei hineinpasst
    .waiting-name = wartend
    .waiting = Stücke einer Person, die warten oder laufen dürfen; 0 heißt unbegrenzt
    .minutes-name = minuten
    .minutes = Minuten Musik, um die eine Person am Tag bitten darf; 0 heißt unbegrenzt
    .announce-name = ankündigen
    .announce = Ob der Status des Sprachkanals sagt, was läuft
    .reset-name = zurücksetzen
    .reset = Nimmt eine Wahl zurück oder alle
command-library = bibliothek
    .description = Was hier entstanden ist: noch einmal spielen, holen, vergessen
    .search-name = suche
    .search = Wörter des Prompts; ohne Angabe die neuesten
    .by-name = von
    .by = Nur, worum diese Person gebeten hat
command-privacy = datenschutz
    .description = Was Busker über dich gespeichert hat und wie du es löschst
command-about = info
    .description = Was Busker ist, womit er komponiert und wie du ihn einlädst
command-help = hilfe
    .description = So geht’s los, mit Beispielen zum Anklicken
