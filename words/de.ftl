# Was Busker auf Deutsch sagt. Wer liest, wird geduzt.
#
# Begriffe: piece = Stück (was jemand anfordert), track = Track (die fertige Datei), seed = Seed, prompt = Prompt,
# queue = Warteschlange, library = Bibliothek, steer = steuern, checkpoint = Modell, interval = Intervall,
# managers = wer den Server verwalten darf. Anführungszeichen „ “.

### Any command

error-unforeseen = Da ist etwas schiefgegangen. Versuch es bitte noch einmal; wenn es wieder passiert, sag der Person Bescheid, die diesen Bot betreibt.
error-value = „{ $value }“ funktioniert hier nicht. Prüf den Wert und versuch es noch einmal.
error-forbidden = Dafür hast du hier keine Berechtigung.
error-old-command = Discord zeigt noch eine alte Version dieses Befehls. Versuch es in einer Minute noch einmal.
error-too-fast = Du schickst Befehle zu schnell. Versuch es in { $seconds } s noch einmal.
error-servers-only = Busker spielt in Sprachkanälen von Servern. Benutz den Befehl auf einem Server.
error-shutting-down = Busker startet gerade neu. Versuch es in einer Minute noch einmal.
error-for-operators = { $sentence }

### /steer

steer-answer = { $seconds ->
    [0] Ab jetzt: „{ $prompt }“.
   *[other] Neue Richtung: „{ $prompt }“. Du hörst sie in etwa { $seconds } s.
}
steer-title = Steuern
steer-words = Wie es von jetzt an klingen soll
steer-too-late = Dieses Stück ist schon fertig komponiert und lässt sich nicht mehr steuern. Steuere das nächste früher.
steer-enough = Diese Musik wurde schon { $most }-mal gesteuert, mehr geht nicht. Fordere ein neues Stück an, oder beende das Radio und starte ein neues.
steer-kept = Dieser Track wird aus seiner Datei abgespielt und lässt sich nicht steuern. Mit Remix kannst du ihn ändern.

### The page of `python -m bot try`: a channel in the browser

try-apps = Apps
try-attach = Datei anhängen
try-cancel = Abbrechen
try-choose = Auswählen
try-commands = Befehle
try-deafen = Taub stellen
try-deafened = Taub gestellt
try-faults = Was schiefgehen kann
try-hear = Ton einschalten
try-join = Beitreten
try-leave = Verlassen
try-level = Lautstärkepegel
try-measured = { $packets } Pakete, { $lost } verloren, { $silent } still; Abstände p99 { $p99 } ms; { $behind } ms Verzögerung; { $underruns } Aussetzer; Ende-zu-Ende-verschlüsselt: { $encrypted }
try-members = Mitglieder
try-more-people = Öffne diese Seite in einem weiteren Tab, um als jemand anderes dabei zu sein.
try-muted = Stummgeschaltet
try-no = nein
try-number = eine Zahl
try-only-you = Nur du kannst das sehen
try-optional = (optional)
try-roles = Deine Rollen
try-say = Schreib etwas, oder / für Befehle
try-send = Senden
try-servers = Server
try-sound = Ton
try-spectrogram = Spektrogramm dessen, was du hörst
try-starting = Busker startet …
try-taken = Du bist jetzt in einem anderen Tab hier.
try-thinking = Busker denkt nach …
try-too-large = Diese Datei ist zu groß.
try-volume = Lautstärke
try-yes = ja

### /compose

compose-answer = { $before ->
    [0] Ich komponiere { $seconds } s „{ $prompt }“ mit Seed { $seed }.
    [one] Ich komponiere { $seconds } s „{ $prompt }“ mit Seed { $seed }. Es läuft nach einem anderen Stück.
   *[other] Ich komponiere { $seconds } s „{ $prompt }“ mit Seed { $seed }. Es läuft nach { $before } anderen Stücken.
}
compose-stage = Auf einer Stage muss Busker sich zu Wort melden. Die Musik beginnt, sobald die Moderation zustimmt.
compose-radio = Das Radio macht dafür Platz und kommt zurück, wenn die Warteschlange leer ist.

### What the model hears of a prompt

heard-as = Das Modell hört „{ $prompt }“.
heard-unknown = Das Modell kennt { $words } nicht.
heard-cut = Der Prompt ist länger, als das Modell aufnehmen kann.
heard-nothing = Das Modell kennt keines dieser Wörter, also entscheidet allein der Seed, wie es klingt. Beschreib es auf Englisch.

### /radio

radio-answer = { $before ->
    [0] Das Radio spielt „{ $prompt }“ mit Seed { $seed }, bis du es mit /{ command-skip } oder /{ command-stop } beendest.
    [one] Nach einem anderen Stück spielt das Radio „{ $prompt }“ mit Seed { $seed }, bis du es mit /{ command-skip } oder /{ command-stop } beendest.
   *[other] Nach { $before } anderen Stücken spielt das Radio „{ $prompt }“ mit Seed { $seed }, bis du es mit /{ command-skip } oder /{ command-stop } beendest.
}
radio-already = Hier läuft schon ein Radio. Ändere es mit /{ command-steer } oder beende es mit /{ command-skip }.
radio-asleep = Niemand hört zu. Das Radio schläft, bis jemand kommt
radio-enough-today = Das Radio ist zu Ende: Wer es gestartet hat, hat das Tageslimit erreicht. Alle anderen können ein neues starten.
radio-too-slow = Busker komponiert auf diesem Rechner zu langsam für ein Radio. Nimm stattdessen /{ command-compose }.
# { $clock } sind Minuten und Sekunden: 2:58.
keep-answer = Die letzten { $clock } des Radios werden als Track gepostet.
keep-too-soon = { $seconds ->
    [one] Es gibt noch nicht genug neue Musik. Versuch es in { $seconds } s noch einmal.
   *[other] Es gibt noch nicht genug neue Musik. Versuch es in { $seconds } s noch einmal.
}

### What may be asked for

piece-prompt = { $characters ->
    [one] Der Prompt hat ein lesbares Zeichen. Nötig sind { $shortest } bis { $longest }.
   *[other] Der Prompt hat { $characters } lesbare Zeichen. Nötig sind { $shortest } bis { $longest }.
}
piece-seconds = { $field ->
    [interval] Ein Intervall von { $seconds } s geht nicht. Wähl { $lowest } bis { $highest } s.
   *[length] Eine Länge von { $seconds } s geht nicht. Wähl { $lowest } bis { $highest } s.
}
piece-seed = Der Seed { $seed } geht nicht. Wähl eine ganze Zahl von 0 bis { $largest }.
piece-tags = Die Angaben in dieser Datei zu ihrer Entstehung sind unbrauchbar.

### Where Busker may play and post

permissions-no-voice = Du bist in keinem Sprachkanal. Tritt einem bei und versuch es noch einmal.
permissions-full = { $limit ->
    [one] { $channel } ist voll ({ $limit } Person). Mach Platz für Busker und versuch es noch einmal.
   *[other] { $channel } ist voll ({ $limit } Personen). Mach Platz für Busker und versuch es noch einmal.
}
permissions-elsewhere = Busker spielt gerade in { $channel }. Tritt dort bei und versuch es noch einmal.
permissions-private = Busker spielt gerade in einem Kanal, den du nicht sehen kannst. Versuch es später noch einmal.
permissions-no-posting = Hier kann Busker keine Tracks posten. Nimm einen Textkanal des Servers.
permissions-missing = { $count ->
    [one] Busker braucht in { $channel } die Berechtigung „{ $missing }“. Die Moderation kann sie erteilen.
   *[other] Busker braucht in { $channel } die Berechtigungen { $missing }. Die Moderation kann sie erteilen.
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
    [pause] { $name } will die Musik pausieren: { $votes } von { $needed } Stimmen. Stimm mit /{ command-pause } ab.
    [resume] { $name } will die Musik fortsetzen: { $votes } von { $needed } Stimmen. Stimm mit /{ command-resume } ab.
    [stop] { $name } will die Musik beenden: { $votes } von { $needed } Stimmen. Stimm mit /{ command-stop } ab.
    [volume] { $name } will die Lautstärke ändern: { $votes } von { $needed } Stimmen. Stimm mit /{ command-volume } ab.
    [move] { $name } will dieses Stück verschieben: { $votes } von { $needed } Stimmen. Stimm mit /{ command-queue } { command-queue-move } ab.
    [remove] { $name } will dieses Stück aus der Warteschlange entfernen: { $votes } von { $needed } Stimmen. Stimm mit /{ command-queue } { command-queue-remove } ab.
    [steer] { $name } will die Musik steuern: { $votes } von { $needed } Stimmen. Stimm mit /{ command-steer } und denselben Worten ab.
   *[skip] { $name } will dieses Stück überspringen: { $votes } von { $needed } Stimmen. Stimm mit /{ command-skip } ab.
}
rights-role-needed = { $act ->
    [pause] Pausieren können hier nur Mitglieder mit { $role } und wer das Stück angefordert hat.
    [resume] Fortsetzen können hier nur Mitglieder mit { $role } und wer das Stück angefordert hat.
    [stop] Die Musik beenden können hier nur Mitglieder mit { $role } und wer das Stück angefordert hat.
    [volume] Die Lautstärke ändern können hier nur Mitglieder mit { $role } und wer das Stück angefordert hat.
    [move] In der Warteschlange verschieben können hier nur Mitglieder mit { $role } und wer das Stück angefordert hat.
    [remove] Aus der Warteschlange entfernen können hier nur Mitglieder mit { $role } und wer das Stück angefordert hat.
    [steer] Steuern können hier nur Mitglieder mit { $role } und wer das Stück angefordert hat.
   *[skip] Überspringen können hier nur Mitglieder mit { $role } und wer das Stück angefordert hat.
}
rights-role-unset = { $act ->
    [pause] Pausieren kann hier nur, wer das Stück angefordert hat. Die Serververwaltung kann mit /{ command-settings } eine DJ-Rolle festlegen.
    [resume] Fortsetzen kann hier nur, wer das Stück angefordert hat. Die Serververwaltung kann mit /{ command-settings } eine DJ-Rolle festlegen.
    [stop] Die Musik beenden kann hier nur, wer das Stück angefordert hat. Die Serververwaltung kann mit /{ command-settings } eine DJ-Rolle festlegen.
    [volume] Die Lautstärke ändern kann hier nur, wer das Stück angefordert hat. Die Serververwaltung kann mit /{ command-settings } eine DJ-Rolle festlegen.
    [move] In der Warteschlange verschieben kann hier nur, wer das Stück angefordert hat. Die Serververwaltung kann mit /{ command-settings } eine DJ-Rolle festlegen.
    [remove] Aus der Warteschlange entfernen kann hier nur, wer das Stück angefordert hat. Die Serververwaltung kann mit /{ command-settings } eine DJ-Rolle festlegen.
    [steer] Steuern kann hier nur, wer das Stück angefordert hat. Die Serververwaltung kann mit /{ command-settings } eine DJ-Rolle festlegen.
   *[skip] Überspringen kann hier nur, wer das Stück angefordert hat. Die Serververwaltung kann mit /{ command-settings } eine DJ-Rolle festlegen.
}
rights-enough-waiting = { $most ->
    [one] Du hast schon ein Stück in der Warteschlange, mehr geht hier nicht. Versuch es noch einmal, wenn es gelaufen ist.
   *[other] Du hast schon { $most } Stücke in der Warteschlange, mehr geht hier nicht. Versuch es noch einmal, wenn eines gelaufen ist.
}
rights-enough-today = Tageslimit erreicht: Du hast { $used } von { $cap } s verbraucht, und das hier braucht { $seconds } s. Es wird { $again } zurückgesetzt.

moderation-blocked = Du kannst auf diesem Server keine Musik anfordern. Die Moderation kann dir mehr sagen.
moderation-words = Einige dieser Wörter sind hier nicht erlaubt. Wähle andere.

### What plays

playback-nothing = Gerade läuft nichts. Mit /{ command-compose } startest du etwas.
playback-not-yet = Noch läuft nichts.
playback-not-paused = Die Musik ist nicht pausiert.
playback-stopped = { $forgotten ->
    [0] Beendet.
    [one] Beendet, ein wartendes Stück entfernt.
   *[other] Beendet, { $forgotten } wartende Stücke entfernt.
}
playback-skipped = „{ $prompt }“ übersprungen.
playback-paused = Pausiert. Weiter geht es mit /{ command-resume }.
playback-resumed = Weiter geht’s.
playback-volume = Lautstärke auf { $percent } % gesetzt.
queue-full = { $waiting ->
    [one] Die Warteschlange ist voll: Ein Stück wartet schon. Versuch es noch einmal, wenn es gelaufen ist.
   *[other] Die Warteschlange ist voll: { $waiting } Stücke warten schon. Versuch es noch einmal, wenn eines gelaufen ist.
}

### Why the music is silent, or ended

voice-waits = { $hold ->
    [alone] Niemand hört zu. Die Musik wartet
    [connecting] Verbindung wird hergestellt. Die Musik wartet
    [muted] Busker ist stummgeschaltet. Die Musik wartet
    [speechless] Busker darf hier nicht sprechen. Die Musik wartet
   *[suppressed] Busker hat sich auf der Stage zu Wort gemeldet. Die Musik wartet
}
voice-put-out = Busker wurde aus dem Sprachkanal entfernt.
voice-call-ended = Discord hat den Anruf beendet.
voice-rate-limited = Discord hat Busker gebeten, eine Weile keinem Sprachkanal beizutreten.
voice-unencrypted = Discord meldet, dass Busker nicht Ende-zu-Ende verschlüsselt.
voice-gone = Der Sprachkanal wurde gelöscht.
voice-out-of-server = Busker ist nicht mehr auf diesem Server.
voice-not-connected = Busker ist mit keinem Sprachkanal mehr verbunden.
voice-failed = Mit der Sprachverbindung ist etwas schiefgegangen.
voice-lost-often = Busker hat die Sprachverbindung immer wieder verloren.
voice-not-let-in = Discord hat Busker nicht in { $channel } gelassen. Versuch es bitte noch einmal.
trouble-deserted = Alle haben den Sprachkanal verlassen.
trouble-playing = Beim Abspielen ist etwas schiefgegangen.
trouble-composing = Beim Komponieren ist etwas schiefgegangen. Versuch es bitte noch einmal.
trouble-writing = Beim Speichern des Tracks ist etwas schiefgegangen. Fordere ihn bitte noch einmal an.
trouble-unsaved = Busker konnte diesen Track nicht speichern: Es gibt ihn nur in seiner Nachricht. Sag der Person, die den Bot betreibt, dass vielleicht die Platte voll ist.
trouble-lost = Dieser Track ließ sich weder speichern noch posten. Fordere ihn bitte noch einmal an.
trouble-kept = { $seconds ->
    [one] Discord hat den Track nicht angenommen, und er ließ sich nicht speichern. Nächster Versuch in { $seconds } s.
   *[other] Discord hat den Track nicht angenommen, und er ließ sich nicht speichern. Nächster Versuch in { $seconds } s.
}
trouble-too-large = Der Track ist zu groß zum Posten. Er ist als { $file } gespeichert.
trouble-posted-anyway = { $trouble } Der Track wird trotzdem gepostet.
trouble-not-taken = Discord hat den Track nicht angenommen. Er ist als { $file } gespeichert.
trouble-tried-again = { $seconds ->
    [one] Discord hat den Track nicht angenommen. Er ist als { $file } gespeichert; nächster Versuch in { $seconds } s.
   *[other] Discord hat den Track nicht angenommen. Er ist als { $file } gespeichert; nächster Versuch in { $seconds } s.
}

### The engine

engine-closed = Die Engine wurde beendet, bevor dieses Stück fertig war.
engine-not-running = Die Engine läuft nicht. Versuch es in einer Minute noch einmal.
engine-composed-already = Dieses Stück ist schon fertig komponiert. Steuere das nächste.
engine-died = { $deaths ->
    [one] Die Engine ist bei diesem Stück abgestürzt. Versuch ein anderes.
   *[other] Die Engine ist bei diesem Stück { $deaths }-mal abgestürzt. Versuch ein anderes.
}
engine-too-little-memory = Für dieses Stück reicht der Speicher nicht. Versuch ein einfacheres.
engine-does-not-fit = Ein Stück von { $seconds } s passt nicht in diese Engine. Wähl eine andere Länge.
engine-not-finite = Das Modell hat Zahlen erzeugt, die nicht endlich sind. Versuch einen anderen Seed; hilft keiner, ist der Checkpoint beschädigt oder seine Genauigkeit zu gering.
engine-channels = { $channels ->
    [one] Das Modell erzeugt Ton mit einem Kanal. Busker spielt einen oder zwei.
   *[other] Das Modell erzeugt Ton mit { $channels } Kanälen. Busker spielt einen oder zwei.
}
engine-no-sound = Das Modell hat etwas erzeugt, das kein Ton ist. Versuch einen anderen Seed.

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
track-not-ours = { $file } ist kein Track von Busker.
track-gone = { $file } ist weg oder kein Track mehr.
recording-too-short = { $file } ist kürzer als { $shortest } s. Wähl eine längere Datei.
recording-gone = Der Ton, mit dem dieses Stück gewünscht wurde, ist weg oder stammt noch von einem älteren Busker. Wünsch das Stück mit der Datei noch einmal.
recording-too-long = { $longest ->
    [one] { $file } ist länger als eine Minute. Wähl eine kürzere Datei.
   *[other] { $file } ist länger als { $longest } Minuten. Wähl eine kürzere Datei.
}
recording-unreadable = { $file } lässt sich nicht als Ton lesen. Nimm FLAC, MP3, Ogg, WAV, M4A oder WebM.
recording-silent = In { $file } ist kein Ton. Wähl eine andere Datei.
recording-damaged = { $file } ist beschädigt: Zu wenig davon ist zu hören. Versuch eine andere Kopie oder ein anderes Format.
recording-too-much = { $file } zu lesen ist zu aufwendig. Speichere die Datei in Stereo mit höchstens 48 kHz.

### /settings

settings-managers-only = Nur wer diesen Server verwalten darf, kann die Einstellungen von Busker ändern.
settings-too-long = Dieser Busker komponiert Stücke bis { $longest } s. Wähl eine kürzere Länge.
settings-no-role = Damit DJs die Musik steuern, leg auch ihre Rolle fest: Option { command-settings.dj_role-name }.
settings-everybody = Die Rolle { $role } haben alle. Wähl eine andere oder { command-settings.rights-name }: { $free }.
settings-not-written = { $format } kann dieser Busker nicht schreiben. Er schreibt { $formats }.
settings-whole-server = Alle haben die Rolle { $role }. Wähle eine andere Rolle.
settings-no-limit = Um die Limits einer Rolle zu setzen, gib auch { command-settings.waiting-name } oder { command-settings.minutes-name } an.
settings-no-word = „{ $word }“ lässt sich nicht sperren. Ein Wort braucht einen Buchstaben, eine Ziffer oder ein Symbol und höchstens { $longest } Zeichen.
settings-list-full = Diese Liste fasst { $most } Einträge. Entferne zuerst welche.
settings-title = Einstellungen
settings-shown = Jede Option von /{ command-settings } ändert eine Einstellung. Die Option { command-settings.reset-name } stellt den Standard wieder her.
settings-changed = Gespeichert. Gilt ab sofort.
settings-label = { $option ->
    [announce] Status des Sprachkanals
    [block] Gesperrte Mitglieder und Rollen
    [block_words] Gesperrte Wörter
    [translate] Sprache der Prompts
    [dj_role] DJ-Rolle
    [format] Format
    [interval] Intervall
    [length] Länge
    [minutes] Musik pro Tag
    [rights] Wer die Musik steuert
    [role] Limits von Rollen
    [tracks_in] Tracks werden gepostet
    [volume] Lautstärke
   *[waiting] Stücke in der Warteschlange
}
settings-default = { $value } (Standard)
settings-seconds = { $seconds } s
settings-automatic = automatisch
settings-volume = { NUMBER($share, style: "percent") }
settings-rights = { $rights ->
    [dj] Mitglieder mit der DJ-Rolle
    [vote] alle, die zuhören, per Abstimmung
   *[free] alle, die zuhören
}
settings-no-dj-role = keine
settings-dj-role = { $role }
settings-posted-in = in { $channel }
settings-posted-where-asked = wo sie angefordert wurden
settings-format = { $format }
settings-formats = { $first }, dann { $then }
settings-waiting = { $pieces ->
    [0] kein Limit
   *[other] { $pieces } pro Person
}
settings-minutes = { $minutes ->
    [0] kein Limit
   *[other] { $minutes } min pro Person
}
settings-announced = zeigt, was läuft
settings-not-announced = bleibt unverändert
settings-translated = andere Sprachen werden ins Englische übertragen
settings-not-translated = bleiben, wie sie getippt sind
settings-nothing = keine
settings-role-quota = { $role }: { $limits }
settings-lines =
    { $first }
    { $then }
settings-blocked-words = { $listed } ({ $count })
settings-blocked = { $listed }
settings-automod = AutoMod
settings-automod-read = { $rules ->
    [0] keine Schlüsselwort-Regeln, die blockieren
    [one] { $rules } Schlüsselwort-Regel gilt
   *[other] { $rules } Schlüsselwort-Regeln gelten
}
settings-automod-patterns = { $rules ->
    [one] { $rules } Schlüsselwort-Regel gilt, aber { $patterns } ihrer regulären Ausdrücke kann Busker nicht lesen
   *[other] { $rules } Schlüsselwort-Regeln gelten, aber { $patterns } ihrer regulären Ausdrücke kann Busker nicht lesen
}
settings-automod-unread = gilt nicht: Um die Regeln zu lesen, braucht Busker das Recht „Server verwalten“

### /library

library-title = Bibliothek
library-nothing-made = Hier gibt es noch keine Tracks, die du sehen kannst. Mit /{ command-compose } entsteht einer.
library-nothing-found = Keine passenden Tracks. Versuch es mit weniger Wörtern.
library-no-more = Es gibt keine älteren Tracks.
library-line = { $number }. „{ $prompt }“ · { $seconds } s · { $member } · { $when }
library-choice = { $prompt } · { $seconds } s · Seed { $seed }
library-placeholder = Wähl einen Track
library-facts = { $seconds } s · Seed { $seed } · { $checkpoint }
library-made-for = Entstanden für { $member } { $when }.
library-act = { $act ->
    [fetch] Herunterladen
    [forget] Löschen
   *[play] Noch einmal spielen
}
library-open = Nachricht öffnen
library-older = Ältere
library-gone = Dieser Track ist nicht mehr in der Bibliothek.
library-playing = { $before ->
    [0] „{ $prompt }“ läuft noch einmal.
    [one] „{ $prompt }“ läuft noch einmal, nach einem anderen Stück.
   *[other] „{ $prompt }“ läuft noch einmal, nach { $before } anderen Stücken.
}
library-making = { $before ->
    [0] Die Datei von „{ $prompt }“ ist weg, deshalb wird es neu komponiert. Es klingt genauso.
    [one] Die Datei von „{ $prompt }“ ist weg, deshalb wird es nach einem anderen Stück neu komponiert. Es klingt genauso.
   *[other] Die Datei von „{ $prompt }“ ist weg, deshalb wird es nach { $before } anderen Stücken neu komponiert. Es klingt genauso.
}
library-making-other = { $before ->
    [0] Die Datei von „{ $prompt }“ ist weg, deshalb wird es neu komponiert. Es klingt anders: Damals war es { $then }, jetzt ist es { $now }.
    [one] Die Datei von „{ $prompt }“ ist weg, deshalb wird es nach einem anderen Stück neu komponiert. Es klingt anders: Damals war es { $then }, jetzt ist es { $now }.
   *[other] Die Datei von „{ $prompt }“ ist weg, deshalb wird es nach { $before } anderen Stücken neu komponiert. Es klingt anders: Damals war es { $then }, jetzt ist es { $now }.
}
library-lost = Die Datei ist weg. Sie entstand aus einer Tondatei, die Busker nicht aufbewahrt, und lässt sich nicht noch einmal erzeugen.
library-radio-lost = Die Datei ist weg, und ein Ausschnitt aus einem Radio lässt sich nicht noch einmal erzeugen.
library-posted-there = Hier kannst du ihn herunterladen: { $link }.
library-nowhere = Die Datei ist weg und wurde nie gepostet. „Noch einmal spielen“ komponiert sie neu.
library-not-yours = Löschen kann einen Track nur, wer ihn angefordert hat oder den Server verwaltet.
# Die Nachricht ist die, in der Busker den Track gepostet hat.
library-forgotten = { $message ->
    [deleted] Gelöscht, samt Datei und Nachricht.
    [kept] Gelöscht, samt Datei. Die Nachricht ließ sich nicht löschen: { $link }
    [soon] Gelöscht, samt Datei. Die Nachricht wird bald gelöscht.
   *[none] Gelöscht, samt Datei.
}

### /privacy

privacy-tracks = { $count ->
    [one] { $count } Track
   *[other] { $count } Tracks
}
privacy-remembered = Busker speichert { $tracks } von dir, über alle Server hinweg, mit Prompts, Seeds und Dateien. { privacy-for-now } { privacy-what-goes }
privacy-nothing = Busker speichert keine Tracks von dir. { privacy-for-now }
privacy-for-now = Außerdem kennt er deine offenen Anforderungen, die Karten, die ein Stück von dir zeigen, ob die Verwaltung eines Servers dich dort gesperrt hat, und, wo es ein Tageslimit gibt, wie viel Musik du heute angefordert hast. Sonst speichert er nichts über dich.
privacy-what-goes = Der Knopf löscht auch die Dateien und Buskers Nachrichten mit diesen Tracks, soweit er noch Zugriff hat. Was gerade spielt oder wartet, läuft weiter; ist es zu Ende, kannst du auch das löschen.
privacy-delete = Diese Tracks löschen
privacy-deleted = Gelöscht: { $tracks } samt Dateien.
privacy-erasing = { $messages ->
    [one] Busker löscht nun seine Nachricht damit.
   *[other] Busker löscht nun seine { $messages } Nachrichten damit; das dauert bis zu { $minutes } min.
}
privacy-erased = { $messages ->
    [0] Keine von Buskers Nachrichten damit ließ sich löschen.
    [one] Auch eine Nachricht von Busker wurde gelöscht.
   *[other] Auch { $messages } Nachrichten von Busker wurden gelöscht.
}
# { $links } sind die Adressen solcher Nachrichten, bis zu zehn.
privacy-kept = { $messages ->
    [one] Eine Nachricht ließ sich nicht löschen. Wer Nachrichten verwalten darf, kann es: { $links }
   *[other] { $messages } Nachrichten ließen sich nicht löschen. Wer Nachrichten verwalten darf, kann es: { $links }
}

### /about and /help

about-busker = Busker komponiert Musik, während du zuhörst.
about-model = Modell
about-made-on = { $checkpoint } ({ $revision }) auf { $device }
about-licence = Lizenz des Modells
about-speed = Geschwindigkeit
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
    Tritt einem Sprachkanal bei und gib { $compose } mit einer Beschreibung auf Deutsch oder Englisch ein: Stil, Instrumente, Stimmung, Tempo. Die Musik beginnt, während sie komponiert wird, und der fertige Track wird gepostet.

    { $compose } `{ command-compose.prompt-name }: { $first }`
    { $compose } `{ command-compose.prompt-name }: { $second }` `{ command-compose.length-name }: 10` `{ command-compose.seed-name }: 7` ergibt immer dieselbe Musik
    { $compose } mit `{ command-compose.melody-name }:` oder `{ command-compose.continued-name }:` nimmt eine Tondatei; oder Rechtsklick auf eine Sprachnachricht, dann Apps
    { $steer } ändert die Musik, während sie läuft
    { $radio } spielt endlos, solange jemand zuhört; die letzten Minuten kannst du behalten
    { $queue } zeigt, was als Nächstes kommt · { $skip } { $pause } { $resume } { $stop } { $volume } steuern die Wiedergabe
    { $library } findet Tracks zum Wiederhören · { $settings } ist für die Serververwaltung
    { $privacy } zeigt und löscht, was Busker über dich speichert · { $about } zeigt das Modell

    Oder probier eines davon:

### /queue

queue-not-waiting = Dieses Stück ist nicht mehr in der Warteschlange. Wähl eines aus der Liste oder gib seine Position ein.
queue-title = Warteschlange
queue-nothing-waits = Nichts wartet.
queue-radio = Radio
queue-removed = „{ $prompt }“ ist aus der Warteschlange genommen.
queue-moved = „{ $prompt }“ ist jetzt auf Position { $place } der Warteschlange.

### The presence, in English for everybody

presence-idle = /{ command-compose } macht Musik
presence-playing = { $channels ->
    [one] Spielt in einem Sprachkanal
   *[other] Spielt in { $channels } Sprachkanälen
}

### Recordings that members bring

melody-unfollowed = „{ $checkpoint }“ kann keiner Melodie folgen. Ein Melody-Checkpoint wie facebook/musicgen-melody kann es; fortsetzen kann jeder eine Tondatei.
recording-broken = { $name } lässt sich nicht als Ton lesen. Versuch ein anderes Format.
recording-large = { $name } hat { $size } MiB. Erlaubt sind { $most } MiB.
recording-line-full = Von diesem Server warten zu viele Dateien. Versuch es in einer Minute noch einmal.
recording-none = In dieser Nachricht ist kein Ton. Wähl eine mit Sprachnachricht oder Tondatei.
recording-one-at-a-time = Busker liest noch eine andere Datei von dir. Versuch es noch einmal, sobald die beantwortet ist.
recording-soundless = { $name } ist kein Ton. Nimm eine Sprachnachricht oder eine Tondatei.
recording-title-continue = { command-continue-this }
recording-title-melody = { command-compose-on-this-melody }
recording-unfetched = Discord hat { $name } nicht ausgeliefert. Poste die Datei noch einmal und versuch es erneut.
recording-unkept = { $name } konnte nicht gespeichert werden. Versuch es bitte noch einmal; wenn es wieder passiert, sag der Person Bescheid, die diesen Bot betreibt.
recording-words = Wie es klingen soll

### The card

card-stopped = Beendet
card-played = Gespielt
card-ended-early = Vorzeitig zu Ende
card-paused = Pausiert
card-holding = { $why }
card-waiting = In der Warteschlange
card-playing = Läuft
card-composing = Wird komponiert
card-composing-for = Wird komponiert · erster Ton in etwa { $seconds } s
card-facts = { $seconds } s · Seed { $seed } · für { $name }
card-line = „{ $prompt }“ · { $seconds } s · Seed { $seed }
card-radio-line = „{ $prompt }“ · Radio · Seed { $seed }
card-private = Ein Stück, das in einem privaten Kanal angefordert wurde
card-radio-facts = Radio · Seed { $seed } · für { $name }
card-radio-heard = { $clock } gespielt
card-bar = { $what ->
    [made] { $bar } { $seconds } von { $total } s komponiert
   *[played] { $bar } { $seconds } von { $total } s gespielt
}
card-trouble = **Problem:** { $trouble }
card-trouble-of = **Problem** mit „{ $prompt }“: { $trouble }
card-follows = **Als Nächstes**
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
    [steer] Steuern
    [keep] Behalten
    [again] Noch einmal
    [remix] Remix
   *[extend] Verlängern
}

### After a restart

restart-forgot = { $pieces ->
    [one] Busker wurde neu gestartet und hat ein angefordertes Stück verworfen.
   *[other] Busker wurde neu gestartet und hat { $pieces } angeforderte Stücke verworfen.
}

### Again, Remix, Extend

button-over = Dieses Stück läuft nicht mehr. Benutz die Knöpfe der neuesten Karte.
button-gone = Dieses Stück ist vorbei, und sein Track ist nicht in der Bibliothek. Mit /{ command-compose } entsteht ein neues.
remake-not-mine = Das ist kein Track von Busker. Wähl eine Nachricht, in der Busker einen gepostet hat.
remake-slow = Discord braucht zu lange, um den Track auszuliefern. Versuch es bitte noch einmal.
remake-again = { $before ->
    [0] „{ $prompt }“ läuft noch einmal.
    [one] „{ $prompt }“ läuft noch einmal, nach einem anderen Stück.
   *[other] „{ $prompt }“ läuft noch einmal, nach { $before } anderen Stücken.
}
remix-title = Remix
remix-words = Wie es klingen soll
remix-seed = Seed, ganze Zahl; leer heißt zufällig
remix-no-seed = „{ $typed }“ ist kein Seed. Wähl eine ganze Zahl von 0 bis { $largest }.
extend-title = Verlängern
extend-seconds = Sekunden mehr, { $least } bis { $most }
extend-no-number = „{ $typed }“ ist keine Anzahl von Sekunden. Versuch 20.
extend-unfinished = Dieses Stück wird noch komponiert. Du kannst es verlängern, sobald sein Track gepostet ist.
extend-gone = Die Datei dieses Tracks ist hier weg. Benutz „Verlängern“ an der Nachricht mit dem Track.
extend-long = Dieser Track ist zu lang zum Verlängern. Das Limit sind { $most } s.
extend-answer = { $before ->
    [0] „{ $prompt }“ wird um { $seconds } s auf { $total } s verlängert, mit Seed { $seed }.
    [one] „{ $prompt }“ wird um { $seconds } s auf { $total } s verlängert, mit Seed { $seed }. Es läuft nach einem anderen Stück.
   *[other] „{ $prompt }“ wird um { $seconds } s auf { $total } s verlängert, mit Seed { $seed }. Es läuft nach { $before } anderen Stücken.
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
    [block] { command-settings.block-name }
    [block_words] { command-settings.block_words-name }
    [translate] { command-settings.translate-name }
    [dj] dj
    [dj_role] { command-settings.dj_role-name }
    [everything] alles
    [format] { command-settings.format-name }
    [free] frei
    [interval] { command-settings.interval-name }
    [length] { command-settings.length-name }
    [minutes] { command-settings.minutes-name }
    [rights] { command-settings.rights-name }
    [role] { command-settings.role-name }
    [tracks_in] { command-settings.tracks_in-name }
    [volume] { command-settings.volume-name }
    [vote] abstimmung
    [waiting] { command-settings.waiting-name }
   *[other] { $choice }
}
command-compose = komponieren
    .description = Komponiert Musik nach deiner Beschreibung und spielt sie, während sie entsteht
    .prompt-name = prompt
    .prompt = Wie es klingen soll, auf Deutsch oder Englisch: Stil, Instrumente, Stimmung, Tempo
    .length-name = länge
    .length = Sekunden Musik, mindestens 10; ohne Angabe der Standard des Servers
    .interval-name = intervall
    .interval = Sekunden Musik zwischen zwei Chunks, 0,5 bis 2,5; ohne Angabe automatisch
    .seed-name = seed
    .seed = Gleicher Prompt und gleicher Seed ergeben gleiche Musik; ohne Angabe zufällig
    .melody-name = melodie
    .melody = Tondatei, deren Melodie die Musik folgt; nur manche Modelle können das
    .continued-name = fortsetzung
    .continued = Tondatei zum Fortsetzen: Die Musik beginnt, wo sie endet
command-radio = radio
    .description = Spielt endlos Musik, solange jemand zuhört
    .prompt-name = { command-compose.prompt-name }
    .prompt = { command-compose.prompt }
    .seed-name = { command-compose.seed-name }
    .seed = { command-compose.seed }
command-stop = stopp
    .description = Beendet die Musik und leert die Warteschlange
command-skip = überspringen
    .description = Springt zum nächsten Stück
command-steer = steuern
    .description = Ändert die Musik, während sie läuft
    .words-name = worte
    .words = Wie es von jetzt an klingen soll
    .blend-name = übergang
    .blend = Sekunden, in denen die neuen Worte übernehmen, 0 bis 10; ohne Angabe 2
command-pause = pause
    .description = Pausiert die Musik; komponiert wird weiter
command-resume = fortsetzen
    .description = Setzt die pausierte Musik fort
command-queue = warteschlange
    .description = Zeigt und ändert die Warteschlange
command-queue-show = zeigen
    .description = Zeigt, was läuft und was als Nächstes kommt
command-queue-move = verschieben
    .description = Verschiebt ein wartendes Stück
    .piece-name = stück
    .piece = Ein wartendes Stück oder seine Position
    .place-name = platz
    .place = Neue Position: 1 läuft als Nächstes
command-queue-remove = entfernen
    .description = Entfernt ein wartendes Stück
    .piece-name = stück
    .piece = Ein wartendes Stück oder seine Position
command-nowplaying = läuft
    .description = Zeigt, was läuft und wie viel davon komponiert und gespielt ist
command-volume = lautstärke
    .description = Ändert die Lautstärke im Kanal; gepostete Tracks behalten ihren Pegel
    .percent-name = prozent
    .percent = 0 bis 100 (am lautesten)
command-settings = einstellungen
    .description = Einstellungen dieses Servers: Länge, Lautstärke, Rechte, Limits und mehr
    .length-name = länge
    .length = Standardlänge in Sekunden, mindestens 10
    .interval-name = intervall
    .interval = Sekunden Musik zwischen zwei Chunks, 0,5 bis 2,5
    .volume-name = lautstärke
    .volume = Lautstärke zu Beginn, 0 bis 100 Prozent
    .rights-name = rechte
    .rights = Wer überspringen, beenden und pausieren darf, neben Verwaltung und Anfordernden
    .dj_role-name = dj_rolle
    .dj_role = Rolle, die bei rechte: dj die Musik steuert
    .tracks_in-name = tracks_in
    .tracks_in = Textkanal, in dem fertige Tracks gepostet werden
    .format-name = format
    .format = Dateiformat der Tracks, wenn die Datei klein genug ist
    .waiting-name = wartend
    .waiting = Stücke pro Person, die warten oder laufen dürfen; 0 heißt kein Limit
    .minutes-name = minuten
    .minutes = Minuten Musik, die eine Person pro Tag anfordern kann; 0 heißt kein Limit
    .role-name = rolle
    .role = Die Rolle, für die Anzahl und Minuten gelten; ohne sie für alle
    .block_words-name = wörter_sperren
    .block_words = In Prompts gesperrte Wörter, mit Kommas; bad* *bad *bad* sperrt auch längere
    .allow_words-name = wörter_erlauben
    .allow_words = Gesperrte Wörter wieder erlauben, mit Kommas
    .block-name = sperren
    .block = Mitglied oder Rolle, die keine Musik mehr anfordern darf
    .allow-name = erlauben
    .allow = Gesperrtes Mitglied oder Rolle, die wieder Musik anfordern darf
    .announce-name = ankündigen
    .announce = Zeigt im Status des Sprachkanals, was läuft
    .translate-name = übersetzen
    .translate = Überträgt Prompts in anderen Sprachen ins Englische
    .reset-name = zurücksetzen
    .reset = Stellt einen Standard wieder her oder alle
command-library = bibliothek
    .description = Findet Tracks von hier: wieder spielen, herunterladen, löschen
    .search-name = suche
    .search = Wörter des Prompts; leer zeigt die neuesten
    .by-name = von
    .by = Nur Tracks, die diese Person angefordert hat
command-privacy = datenschutz
    .description = Zeigt, was Busker über dich speichert, und löscht es
command-about = info
    .description = Über Busker: Modell, Geschwindigkeit und Einladung
command-help = hilfe
    .description = So geht’s los, mit Beispielen zum Anklicken
