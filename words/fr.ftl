# Ce que dit Busker en français. On tutoie.
#
# Termes : piece = morceau (ce qui est demandé), track = piste (le fichier fini), seed = graine, prompt = prompt,
# queue = file d’attente, library = bibliothèque, steer = réorienter, checkpoint = modèle, interval = intervalle,
# managers = qui peut gérer le serveur. Guillemets « ».

### Any command

error-unforeseen = Un problème est survenu du côté de Busker ; il est dans le journal. Réessaie, s’il te plaît.
error-value = « { $value } » ne peut pas servir ici ; vérifie la valeur et redemande.
error-forbidden = Tu n’as pas le droit de faire ça ici.
error-old-command = Discord affiche encore une ancienne forme de cette commande ; réessaie dans une minute.
error-servers-only = Busker joue dans les salons vocaux des serveurs ; demande-lui là-bas.
error-shutting-down = Busker est en train de s’arrêter ; redemande dans une minute.
error-for-operators = { $sentence }

### /steer

steer-answer = { $seconds ->
    [0] « { $prompt } » prend le relais.
   *[other] « { $prompt } » prend le relais ; ça s’entend dans { $seconds } s environ.
}
steer-title = Réorienter
steer-words = Comment ça doit sonner désormais
steer-too-late = Ce morceau est déjà entièrement composé, de nouveaux mots arrivent trop tard ; réoriente le prochain plus tôt.
steer-kept = Cette piste existe déjà et ne fait que repasser, de nouveaux mots ne peuvent plus la changer.

### /compose

compose-answer = { $before ->
    [0] Je compose { $seconds } s de « { $prompt } » avec la graine { $seed }.
    [one] Je compose { $seconds } s de « { $prompt } » avec la graine { $seed } ; un autre morceau passe avant.
   *[other] Je compose { $seconds } s de « { $prompt } » avec la graine { $seed } ; { $before } autres passent avant.
}
compose-stage = Sur une conférence, Busker demande d’abord la parole ; tant que la modération ne la donne pas, la musique attend.
compose-radio = La radio lui laisse la place et revient quand plus rien d’autre n’attend.

### /radio

radio-answer = { $before ->
    [0] La radio joue « { $prompt } » avec la graine { $seed } jusqu’à ce que quelqu’un l’arrête avec /{ command-skip } ou /{ command-stop }.
    [one] Après un autre morceau, la radio joue « { $prompt } » avec la graine { $seed } jusqu’à ce que quelqu’un l’arrête avec /{ command-skip } ou /{ command-stop }.
   *[other] Après { $before } autres morceaux, la radio joue « { $prompt } » avec la graine { $seed } jusqu’à ce que quelqu’un l’arrête avec /{ command-skip } ou /{ command-stop }.
}
radio-already = Une radio est déjà en marche ici ; /{ command-steer } lui donne d’autres mots, /{ command-skip } l’arrête.
radio-asleep = Personne n’écoute ; la radio dort jusqu’à ce que quelqu’un vienne
radio-enough-today = La personne qui a demandé la radio a eu autant de musique qu’une personne peut en avoir ici par jour ; quelqu’un d’autre peut en lancer une nouvelle.
radio-too-slow = Busker compose trop lentement ici pour une musique sans fin ; /{ command-compose } fait des morceaux qui en ont une.
# { $clock } : minutes et secondes, comme 2:58.
keep-answer = Les { $clock } dernières minutes de la radio seront publiées comme piste dans un instant.
keep-too-soon = { $seconds ->
    [one] Il y a encore trop peu de nouveau à garder ; réessaie quand { $seconds } s de plus aura joué.
   *[other] Il y a encore trop peu de nouveau à garder ; réessaie quand { $seconds } s de plus auront joué.
}

### What may be asked for

piece-prompt = { $signs ->
    [one] Le prompt a { $signs } caractère lisible ; il en faut de { $shortest } à { $longest }.
   *[other] Le prompt a { $signs } caractères lisibles ; il en faut de { $shortest } à { $longest }.
}
piece-seconds = { $field ->
    [interval] L’intervalle de { $seconds } s est hors limites ; de { $lowest } à { $highest } s, ça va.
   *[length] La durée de { $seconds } s est hors limites ; de { $lowest } à { $highest } s, ça va.
}
piece-seed = La graine { $seed } est hors limites ; n’importe quel entier de 0 à { $largest } convient.
piece-tags = Ce que ce fichier dit de sa création est inutilisable.

### Where Busker may play and post

permissions-no-voice = Tu n’es dans aucun salon vocal ; rejoins-en un et redemande.
permissions-full = { $limit ->
    [one] { $channel } est plein ({ $limit } personne) ; faites de la place et redemande.
   *[other] { $channel } est plein ({ $limit } personnes) ; faites de la place et redemande.
}
permissions-elsewhere = Busker joue dans { $channel } ; rejoins-le là-bas et redemande.
permissions-no-posting = Busker ne peut pas publier de pistes ici ; demande dans un salon textuel du serveur.
permissions-missing = { $count ->
    [one] Dans { $channel }, il manque à Busker la permission { $missing } ; la modération peut la donner.
   *[other] Dans { $channel }, il manque à Busker les permissions { $missing } ; la modération peut les donner.
}
permissions-name = { $name ->
    [attach_files] Joindre des fichiers
    [connect] Se connecter
    [embed_links] Intégrer des liens
    [request_to_speak] Demander à prendre la parole
    [send_messages] Envoyer des messages
    [send_messages_in_threads] Envoyer des messages dans les fils
    [speak] Parler
   *[view_channel] Voir le salon
}

### Who may do what

rights-voted = { $act ->
    [pause] { $name } veut mettre la musique en pause : { $votes } voix sur { $needed }. Qui écoute vote avec /{ command-pause }.
    [resume] { $name } veut reprendre la musique : { $votes } voix sur { $needed }. Qui écoute vote avec /{ command-resume }.
    [stop] { $name } veut arrêter la musique : { $votes } voix sur { $needed }. Qui écoute vote avec /{ command-stop }.
    [volume] { $name } veut changer le volume : { $votes } voix sur { $needed }. Qui écoute vote avec /{ command-volume }.
    [move] { $name } veut déplacer ceci dans la file d’attente : { $votes } voix sur { $needed }. Qui écoute vote avec /{ command-queue } { command-queue-move }.
    [remove] { $name } veut retirer ceci de la file d’attente : { $votes } voix sur { $needed }. Qui écoute vote avec /{ command-queue } { command-queue-remove }.
    [steer] { $name } veut réorienter la musique : { $votes } voix sur { $needed }. Qui écoute vote avec /{ command-steer } et les mêmes mots.
   *[skip] { $name } veut passer ce morceau : { $votes } voix sur { $needed }. Qui écoute vote avec /{ command-skip }.
}
rights-role-needed = { $act ->
    [pause] Seules les personnes qui ont { $role } ou qui ont demandé le morceau peuvent mettre la musique en pause ici.
    [resume] Seules les personnes qui ont { $role } ou qui ont demandé le morceau peuvent reprendre la musique ici.
    [stop] Seules les personnes qui ont { $role } ou qui ont demandé le morceau peuvent arrêter la musique ici.
    [volume] Seules les personnes qui ont { $role } ou qui ont demandé le morceau peuvent changer le volume ici.
    [move] Seules les personnes qui ont { $role } ou qui ont demandé le morceau peuvent le déplacer dans la file d’attente ici.
    [remove] Seules les personnes qui ont { $role } ou qui ont demandé le morceau peuvent le retirer de la file d’attente ici.
    [steer] Seules les personnes qui ont { $role } ou qui ont demandé le morceau peuvent le réorienter ici.
   *[skip] Seules les personnes qui ont { $role } ou qui ont demandé le morceau peuvent le passer ici.
}
rights-role-unset = { $act ->
    [pause] Seul qui a demandé le morceau peut mettre la musique en pause ici ; qui gère le serveur peut choisir un rôle de DJ avec /{ command-settings }.
    [resume] Seul qui a demandé le morceau peut reprendre la musique ici ; qui gère le serveur peut choisir un rôle de DJ avec /{ command-settings }.
    [stop] Seul qui a demandé le morceau peut arrêter la musique ici ; qui gère le serveur peut choisir un rôle de DJ avec /{ command-settings }.
    [volume] Seul qui a demandé le morceau peut changer le volume ici ; qui gère le serveur peut choisir un rôle de DJ avec /{ command-settings }.
    [move] Seul qui a demandé le morceau peut le déplacer dans la file d’attente ici ; qui gère le serveur peut choisir un rôle de DJ avec /{ command-settings }.
    [remove] Seul qui a demandé le morceau peut le retirer de la file d’attente ici ; qui gère le serveur peut choisir un rôle de DJ avec /{ command-settings }.
    [steer] Seul qui a demandé le morceau peut le réorienter ici ; qui gère le serveur peut définir un rôle de DJ avec /{ command-settings }.
   *[skip] Seul qui a demandé le morceau peut le passer ici ; qui gère le serveur peut choisir un rôle de DJ avec /{ command-settings }.
}
rights-enough-waiting = { $waiting ->
    [one] Tu as déjà un morceau en attente ou en lecture, le maximum par personne ici ; redemande quand il sera passé.
   *[other] Tu as déjà { $waiting } morceaux en attente ou en lecture, le maximum par personne ici ; redemande quand l’un d’eux sera passé.
}
rights-enough-today = Tu as demandé { $used } des { $cap } s de musique qu’une personne peut demander ici par jour, et { $seconds } s de plus n’y tiennent pas. Le compte repart { $again }.

### What plays

playback-nothing = Rien ne joue ; /{ command-compose } lance quelque chose.
playback-not-yet = Rien ne joue encore.
playback-not-paused = Rien n’est en pause.
playback-stopped = { $forgotten ->
    [0] Arrêté.
    [one] Arrêté, et { $forgotten } morceau en attente oublié.
   *[other] Arrêté, et { $forgotten } morceaux en attente oubliés.
}
playback-skipped = Graine { $seed } passée.
playback-paused = En pause ; /{ command-resume } reprend d’ici.
playback-resumed = C’est reparti.
playback-volume = Volume à { $percent } %.
queue-full = { $waiting ->
    [one] Un morceau attend déjà ; redemande quand il sera passé.
   *[other] { $waiting } morceaux attendent déjà ; redemande quand l’un d’eux sera passé.
}

### Why the music is silent, or ended

voice-waits = { $hold ->
    [alone] Personne n’écoute ; la musique attend
    [connecting] Connexion en cours ; la musique attend
    [muted] Busker est muet ; la musique attend
    [speechless] Busker n’a pas le droit de parler ici ; la musique attend
   *[suppressed] Busker a demandé la parole sur la conférence ; la musique attend
}
voice-put-out = Busker a été déconnecté du salon vocal.
voice-call-ended = Discord a mis fin à l’appel.
voice-rate-limited = Discord veut que Busker reste un moment hors du vocal.
voice-unencrypted = Discord a constaté que Busker ne chiffre pas de bout en bout.
voice-gone = Le salon vocal n’existe plus.
voice-out-of-server = Busker n’est plus sur ce serveur.
voice-not-connected = Busker n’est plus connecté à un salon vocal.
voice-failed = Un problème est survenu avec la connexion vocale.
voice-lost-often = Busker a perdu la connexion vocale encore et encore.
voice-not-let-in = Discord n’a pas laissé Busker entrer dans { $channel } ; réessaie, s’il te plaît.
trouble-deserted = Tout le monde a quitté le salon vocal.
trouble-playing = Un problème est survenu pendant la lecture.
trouble-composing = Un problème est survenu pendant la composition ; redemande, s’il te plaît.
trouble-writing = Un problème est survenu pendant l’écriture de la piste ; redemande-la.
trouble-too-large = La piste est trop lourde pour être publiée ; elle est gardée sous le nom { $file }.
trouble-posted-anyway = { $trouble } La piste est publiée quand même.
trouble-not-taken = Discord n’a pas accepté la piste ; elle est gardée sous le nom { $file }.
trouble-tried-again = Discord n’a pas accepté la piste ; elle est gardée sous le nom { $file }, nouvel essai dans { $seconds } s.

### The engine

engine-closed = Le moteur a été arrêté avant que ce morceau soit composé.
engine-not-running = Le moteur ne tourne pas ; il doit démarrer avant de pouvoir composer.
engine-composed-already = Ce morceau est déjà composé jusqu’au bout ; réoriente le suivant.
engine-died = { $deaths ->
    [one] Le moteur s’est interrompu { $deaths } fois sur ce morceau ; essaies-en un autre.
   *[other] Le moteur s’est interrompu { $deaths } fois sur ce morceau ; essaies-en un autre.
}
engine-too-little-memory = Il y a trop peu de mémoire pour ce morceau ; demandes-en un plus simple.
engine-does-not-fit = Un morceau de { $seconds } s ne tient pas dans ce moteur ; demande une autre durée.
engine-not-finite = Le modèle a calculé des nombres qui ne sont pas finis, ce morceau ne peut donc pas continuer ; une autre graine peut marcher, et si aucune ne marche, le modèle est abîmé ou trop peu précis.
engine-channels = { $channels ->
    [one] Le modèle produit du son à { $channels } canal ; Busker en joue un ou deux.
   *[other] Le modèle produit du son à { $channels } canaux ; Busker en joue un ou deux.
}
engine-no-sound = Le modèle a produit quelque chose qui n’est pas du son ; une autre graine fera peut-être mieux.

### Tracks and recordings

track-prompt = « { $prompt } »
track-picture = { $seconds ->
    [one] Forme d’onde et spectrogramme de « { $prompt } », { $seconds } seconde, graine { $seed }. { $contour }
   *[other] Forme d’onde et spectrogramme de « { $prompt } », { $seconds } secondes, graine { $seed }. { $contour }
}
track-silent = C’est du silence.
track-even = Le niveau est à peu près le même du début à la fin.
track-contour = La musique commence { $first }, culmine { $place } et finit { $last }.
track-loudness = { $level ->
    [loud] fort
    [softer] plus doucement
    [quiet] faiblement
   *[silent] en silence
}
track-loudest = { $place ->
    [beginning] au début
    [second] après un moment
    [middle] au milieu
    [fourth] vers la fin
   *[end] à la fin
}
track-line = « { $prompt } » · { $seconds } s · graine { $seed }
track-radio-line = « { $prompt } » · { $seconds } s de la radio, à partir de { $begin } · graine { $seed }
track-not-saved = La piste finie n’a pas pu être enregistrée : { $why }.
track-not-ours = { $file } n’est pas une piste écrite par Busker.
track-gone = { $file } a disparu, ou n’est plus une piste.
recording-too-short = { $file } dure moins de { $shortest } s ; choisis un fichier plus long.
recording-changed = { $file } a changé depuis que tu l’as choisi ; choisis-le de nouveau.
recording-too-long = { $longest ->
    [one] { $file } dure plus de { $longest } minute ; choisis un fichier plus court.
   *[other] { $file } dure plus de { $longest } minutes ; choisis un fichier plus court.
}
recording-unreadable = { $file } ne peut pas être lu comme du son ; un fichier FLAC, MP3, Ogg, WAV, M4A ou WebM convient.
recording-silent = Il n’y a pas de son dans { $file } ; choisis un autre fichier.

### /settings

settings-managers-only = Seul qui peut gérer ce serveur peut changer les réglages de Busker.
settings-too-long = Le morceau le plus long que ce Busker compose dure { $longest } s ; choisis une durée jusque-là.
settings-no-role = Pour laisser la musique aux DJ, indique aussi leur rôle : l’option { command-settings.dj_role-name }.
settings-everybody = Tout le monde a le rôle { $role } ; choisis-en un autre, ou { command-settings.rights-name } : { $free }.
settings-not-written = Ce Busker n’écrit pas de { $format } ; il écrit { $formats }.
settings-title = Réglages
settings-shown = Chaque option de /{ command-settings } en change un ; l’option { command-settings.reset-name } en annule un.
settings-changed = Changé, dès maintenant.
settings-label = { $option ->
    [announce] Statut du salon vocal
    [dj_role] Rôle de DJ
    [format] Format
    [interval] Intervalle
    [length] Durée
    [minutes] Musique par jour
    [rights] Qui agit sur la musique
    [tracks_in] Publication des pistes
    [volume] Volume
   *[waiting] Morceaux en attente
}
settings-default = { $value } (par défaut)
settings-seconds = { $seconds } s
settings-automatic = automatique
settings-volume = { NUMBER($share, style: "percent") }
settings-rights = { $rights ->
    [dj] ceux qui ont le rôle de DJ
    [vote] la majorité de ceux qui écoutent
   *[free] tous ceux qui écoutent
}
settings-no-dj-role = aucun
settings-dj-role = { $role }
settings-posted-in = dans { $channel }
settings-posted-where-asked = là où elles ont été demandées
settings-format = { $format }
settings-formats = { $first }, puis { $then }
settings-waiting = { $pieces ->
    [0] sans limite
   *[other] { $pieces } par personne
}
settings-minutes = { $minutes ->
    [0] sans limite
   *[other] { $minutes } min par personne
}
settings-announced = dit ce qui joue
settings-not-announced = reste tel quel

### /library

library-title = Bibliothèque
library-nothing-made = Rien n’a encore été composé ici que tu puisses voir ; /{ command-compose } compose quelque chose.
library-nothing-found = Rien de ce qui a été composé ici ne contient ces mots ; avec moins de mots, tu trouveras plus.
library-no-more = Il n’y a rien de plus ancien.
library-line = { $number }. « { $prompt } » · { $seconds } s · { $member } · { $when }
library-choice = { $prompt } · { $seconds } s · graine { $seed }
library-placeholder = Choisis une piste
library-facts = { $seconds } s · graine { $seed } · { $checkpoint }
library-made-for = Composée pour { $member } { $when }.
library-act = { $act ->
    [fetch] Récupérer
    [forget] Oublier
   *[play] Rejouer
}
library-open = Ouvrir son message
library-older = Plus anciennes
library-gone = Cette piste n’est plus dans la bibliothèque.
library-playing = { $before ->
    [0] Je rejoue « { $prompt } ».
    [one] Je rejoue « { $prompt } » après un autre morceau.
   *[other] Je rejoue « { $prompt } » après { $before } autres.
}
library-making = { $before ->
    [0] Son fichier a disparu, donc « { $prompt } » est recomposé ; le son sera le même.
    [one] Son fichier a disparu, donc « { $prompt } » est recomposé après un autre morceau ; le son sera le même.
   *[other] Son fichier a disparu, donc « { $prompt } » est recomposé après { $before } autres ; le son sera le même.
}
library-making-other = { $before ->
    [0] Son fichier a disparu, donc « { $prompt } » est recomposé. Le son ne sera pas le même : il venait de { $then }, et Busker compose maintenant avec { $now }.
    [one] Son fichier a disparu, donc « { $prompt } » est recomposé après un autre morceau. Le son ne sera pas le même : il venait de { $then }, et Busker compose maintenant avec { $now }.
   *[other] Son fichier a disparu, donc « { $prompt } » est recomposé après { $before } autres. Le son ne sera pas le même : il venait de { $then }, et Busker compose maintenant avec { $now }.
}
library-lost = Son fichier a disparu, et il venait d’un fichier audio que Busker ne garde pas ; il ne peut donc pas être recomposé.
library-radio-lost = Son fichier a disparu, et ce qui a été gardé d’une radio ne peut pas être recomposé.
library-posted-there = Elle est dans { $link }.
library-nowhere = Son fichier a disparu, et elle n’a jamais été publiée ; « Rejouer » la recompose.
library-not-yours = Seules la personne qui a demandé une piste et celles qui gèrent le serveur peuvent la faire oublier à Busker.
library-forgotten = Oubliée, avec son fichier. Le message qui l’a apportée reste jusqu’à ce que quelqu’un le supprime.

### /privacy

privacy-tracks = { $count ->
    [one] { $count } piste
   *[other] { $count } pistes
}
privacy-remembered = Busker garde en mémoire, tous serveurs confondus, { $tracks } à ta demande, avec les prompts, les graines et les fichiers. { privacy-for-now } { privacy-what-stays }
privacy-nothing = Busker n’a gardé aucune piste de toi. { privacy-for-now }
privacy-for-now = Il sait aussi ce que tu as demandé et qui n’est pas terminé et, là où il y a une limite, combien de musique tu as demandé aujourd’hui. Rien d’autre sur toi n’est gardé.
privacy-what-stays = Les messages que Busker a publiés dans les salons restent ; qui peut y supprimer des messages peut les supprimer.
privacy-delete = Supprimer ces pistes
privacy-deleted = Supprimé : { $tracks } avec leurs fichiers. { privacy-for-now } { privacy-what-stays }

### /about and /help

about-busker = Busker compose de la musique pendant que tu l’écoutes.
about-model = Modèle
about-made-on = { $checkpoint } ({ $revision }) sur { $device }
about-licence = Licence de ses poids
about-speed = Vitesse
about-times = { $listeners ->
    [one] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } fois le temps réel ; { $listeners } morceau à la fois
   *[other] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } fois le temps réel ; { $listeners } morceaux à la fois
}
about-version = Version
about-no-version = non installé comme paquet
about-permissions = Il lui faut { $needed }, et rien d’autre.
about-invite = Inviter Busker
help-title = Pour commencer
help-text =
    Rejoins un salon vocal et tape { $compose } avec tes mots, en anglais de préférence, car c’est ce que comprennent les modèles : style, instruments, ambiance, tempo. La musique commence pendant qu’elle se compose, et la piste finie est publiée.

    { $compose } `{ command-compose.prompt-name }: { $first }`
    { $compose } `{ command-compose.prompt-name }: { $second }` `{ command-compose.length-name }: 10` `{ command-compose.seed-name }: 7` donne toujours la même musique
    { $compose } avec `{ command-compose.melody-name }:` ou `{ command-compose.continued-name }:` prend un fichier audio, tout comme Applications dans le menu d’un message vocal
    { $steer } laisse d’autres mots prendre le relais
    { $radio } joue sans fin, tant que quelqu’un écoute ; ses dernières minutes peuvent être gardées
    { $queue } montre la suite · { $skip } { $pause } { $resume } { $stop } { $volume } agissent sur ce qui joue
    { $library } retrouve ce qui a été composé ici, pour le rejouer · { $settings } est pour qui gère le serveur
    { $privacy } montre et supprime ce que Busker sait de toi · { $about } dit avec quoi il compose

    Ou commence par l’un de ceux-ci :

### /queue

queue-not-waiting = Ceci n’attend pas, ou plus, dans la file d’attente ; choisis un morceau de la liste, ou sa place.
queue-title = File d’attente
queue-nothing-waits = Rien n’attend.
queue-radio = radio
queue-removed = « { $prompt } » est retiré de la file d’attente.
queue-moved = « { $prompt } » est maintenant à la place { $place } de la file d’attente.

### The presence, in English for everybody

presence-idle = /{ command-compose } fait de la musique
presence-playing = { $channels ->
    [one] Joue dans { $channels } salon vocal
   *[other] Joue dans { $channels } salons vocaux
}

### Recordings that members bring

melody-unfollowed = « { $checkpoint } » ne suit pas de mélodie ; un modèle à mélodie comme facebook/musicgen-melody le ferait, et tous savent prolonger un enregistrement.
recording-broken = { $name } ne peut pas être lu comme du son ; un autre format conviendra.
recording-large = { $name } fait { $size } Mio ; jusqu’à { $most } Mio, ça va.
recording-none = Il n’y a pas de son dans ce message ; choisis-en un avec un message vocal ou un fichier audio.
recording-soundless = { $name } n’est pas du son ; un message vocal ou un fichier audio convient.
recording-title-continue = { command-continue-this }
recording-title-melody = { command-compose-on-this-melody }
recording-unfetched = Discord n’a pas donné { $name } ; publie-le encore une fois.
recording-unkept = { $name } n’a pas pu être gardé du côté de Busker ; c’est dans le journal.
recording-words = Comment ça doit sonner

### The card

card-stopped = Arrêté
card-played = Joué
card-ended-early = Terminé trop tôt
card-paused = En pause
card-holding = { $why }
card-waiting = Attend son tour
card-playing = En lecture
card-composing = En composition
card-composing-for = En composition · premier son dans environ { $seconds } s
card-facts = { $seconds } s · graine { $seed } · pour { $name }
card-line = « { $prompt } » · { $seconds } s · graine { $seed }
card-radio-line = « { $prompt } » · radio · graine { $seed }
card-radio-facts = Radio · graine { $seed } · pour { $name }
card-radio-heard = { $clock } de musique
card-bar = { $what ->
    [made] { $bar } { $seconds } s sur { $total } composées
   *[played] { $bar } { $seconds } s sur { $total } jouées
}
card-trouble = **Problème :** { $trouble }
card-trouble-of = **Problème** avec « { $prompt } » : { $trouble }
card-follows = **Ensuite**
card-place = { $place }. { $piece }
card-more = { $more ->
    [one] … et { $more } de plus
   *[other] … et { $more } de plus
}
card-button = { $act ->
    [pause] Pause
    [resume] Reprendre
    [skip] Passer
    [stop] Arrêter
    [steer] Réorienter
    [keep] Garder
    [again] Rejouer
    [remix] Remix
   *[extend] Prolonger
}

### After a restart

restart-forgot = { $pieces ->
    [one] Busker a redémarré, et { $pieces } morceau demandé ici est oublié.
   *[other] Busker a redémarré, et { $pieces } morceaux demandés ici sont oubliés.
}

### Again, Remix, Extend

button-over = Ce morceau ne joue plus ; la carte la plus récente a les boutons pour ce qui joue.
button-gone = Ce morceau est terminé, et sa piste n’est pas dans la bibliothèque ; /{ command-compose } en compose un autre.
remake-not-mine = Ce n’est pas une piste de Busker ; choisis un message où Busker en a publié une.
remake-slow = Discord met trop de temps à donner la piste ; réessaie, s’il te plaît.
remake-again = { $before ->
    [0] Je rejoue « { $prompt } ».
    [one] Je rejoue « { $prompt } », après un autre morceau.
   *[other] Je rejoue « { $prompt } », après { $before } autres.
}
remix-title = Remix
remix-words = Comment ça doit sonner
remix-seed = Graine, un entier ; vide : une nouvelle
remix-no-seed = « { $typed } » n’est pas une graine ; n’importe quel entier de 0 à { $largest } convient.
extend-title = Prolonger
extend-seconds = Secondes de plus, de { $least } à { $most }
extend-no-number = « { $typed } » n’est pas un nombre de secondes ; 20 en serait un.
extend-unfinished = Ce morceau est encore en composition ; il pourra être prolongé dès que sa piste sera publiée.
extend-gone = Le fichier de cette piste n’est plus ici ; le message avec la piste a aussi un bouton qui la prolonge.
extend-long = Cette piste est trop longue pour être prolongée ; jusqu’à { $most } s, ça va.
extend-answer = { $before ->
    [0] « { $prompt } » continue pendant { $seconds } s, jusqu’à { $total } s en tout, avec la graine { $seed }.
    [one] « { $prompt } » continue pendant { $seconds } s, jusqu’à { $total } s en tout, avec la graine { $seed } ; un autre morceau passe avant.
   *[other] « { $prompt } » continue pendant { $seconds } s, jusqu’à { $total } s en tout, avec la graine { $seed } ; { $before } autres passent avant.
}

### Commands in the menu of a message (right click, Apps): up to 32 characters

command-again = Rejouer
command-compose-on-this-melody = Composer sur cette mélodie
command-continue-this = Continuer ceci
command-extend = Prolonger
command-remix = Remix

### Commands as Discord's menus show them: names, options, choices and what they are for

command-choice = { $choice ->
    [announce] { command-settings.announce-name }
    [dj] dj
    [dj_role] { command-settings.dj_role-name }
    [everything] tout
    [format] { command-settings.format-name }
    [free] libre
    [interval] { command-settings.interval-name }
    [length] { command-settings.length-name }
    [minutes] { command-settings.minutes-name }
    [rights] { command-settings.rights-name }
    [tracks_in] { command-settings.tracks_in-name }
    [volume] { command-settings.volume-name }
    [vote] vote
    [waiting] { command-settings.waiting-name }
   *[other] { $choice }
}
command-compose = composer
    .description = Compose de la musique avec tes mots et la joue pendant qu’elle se compose
    .prompt-name = prompt
    .prompt = Comment ça doit sonner, en anglais : style, instruments, ambiance, tempo
    .length-name = durée
    .length = Secondes de musique, 10 au moins ; sans indication, comme d’habitude ici
    .interval-name = intervalle
    .interval = Secondes de musique entre deux livraisons, de 0,5 à 2,5 ; automatique sans indication
    .seed-name = graine
    .seed = Mêmes mots et même graine font la même musique ; tirée au sort sans indication
    .melody-name = mélodie
    .melody = Un son à fredonner, comme un message vocal ; certains modèles seulement
    .continued-name = suite_de
    .continued = Un son à prolonger : la musique commence là où il finit
command-radio = radio
    .description = Joue une musique sans fin, tant que quelqu’un écoute
    .prompt-name = { command-compose.prompt-name }
    .prompt = { command-compose.prompt }
    .seed-name = { command-compose.seed-name }
    .seed = { command-compose.seed }
command-stop = arrêter
    .description = Arrête la musique et oublie la file d’attente
command-skip = passer
    .description = Termine ce morceau et joue le suivant
command-steer = réorienter
    .description = Laisse d’autres mots prendre le relais dans la musique qui joue
    .words-name = mots
    .words = Comment ça doit sonner désormais
    .blend-name = transition
    .blend = Secondes que prennent les nouveaux mots pour s’imposer, de 0 à 10 ; 2 par défaut
command-pause = pause
    .description = Met la musique en pause ; la composition continue
command-resume = reprendre
    .description = Reprend là où la musique s’est arrêtée
command-queue = file
    .description = Ce qui joue et ce qui suit
command-queue-show = voir
    .description = Ce qui joue et ce qui suit
command-queue-move = déplacer
    .description = Fait jouer un morceau en attente plus tôt ou plus tard
    .piece-name = morceau
    .piece = Un morceau en attente, ou sa place
    .place-name = place
    .place = Où il doit attendre : 1 joue ensuite ; les places suivantes reculent
command-queue-remove = retirer
    .description = Retire un morceau de la file d’attente
    .piece-name = morceau
    .piece = Un morceau en attente, ou sa place
command-nowplaying = encours
    .description = Ce qui joue, ce qui en est composé et ce qui en est joué
command-volume = volume
    .description = Volume de la musique dans le salon ; la piste publiée garde son niveau
    .percent-name = pourcentage
    .percent = De 0 à 100, le plus fort possible
command-settings = réglages
    .description = Ce qui vaut sur ce serveur : durée, volume, droits, limites et plus
    .length-name = durée
    .length = Secondes de musique quand personne n’en dit rien, 10 au moins
    .interval-name = intervalle
    .interval = Secondes de musique entre deux livraisons, de 0,5 à 2,5
    .volume-name = volume
    .volume = Pourcentage auquel la musique commence, de 0 à 100
    .rights-name = droits
    .rights = Qui peut passer, arrêter, mettre en pause, outre qui a demandé et qui gère
    .dj_role-name = rôle_dj
    .dj_role = Le rôle pour droits : dj
    .tracks_in-name = pistes_dans
    .tracks_in = Le salon textuel où les pistes finies sont publiées
    .format-name = format
    .format = Le format des pistes, là où le fichier tient
    .waiting-name = attente
    .waiting = Morceaux en attente ou en lecture par personne ; 0 est sans limite
    .minutes-name = minutes
    .minutes = Minutes de musique qu’une personne peut demander par jour ; 0 est sans limite
    .announce-name = annoncer
    .announce = Si le statut du salon vocal dit ce qui joue
    .reset-name = annuler
    .reset = Annule un choix, ou tous
command-library = bibliothèque
    .description = Ce qui a été composé ici : rejouer, récupérer, oublier
    .search-name = recherche
    .search = Des mots du prompt ; sans rien, les plus récentes
    .by-name = par
    .by = Seulement ce que cette personne a demandé
command-privacy = confidentialité
    .description = Ce que Busker garde sur toi, et comment le supprimer
command-about = infos
    .description = Ce qu’est Busker, avec quoi il compose et comment l’inviter
command-help = aide
    .description = Pour commencer, avec des exemples à cliquer
