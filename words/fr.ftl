# Ce que dit Busker en français. On tutoie.
#
# Termes : piece = morceau (ce qui est demandé), track = piste (le fichier fini), seed = graine, prompt = prompt,
# queue = file d’attente, library = bibliothèque, steer = modifier, checkpoint = modèle, interval = intervalle,
# managers = qui peut gérer le serveur. Guillemets « ».

### Any command

error-unforeseen = Une erreur s’est produite. Réessaie ; si ça se répète, préviens la personne qui gère ce bot.
error-value = « { $value } » ne convient pas ici. Vérifie la valeur et réessaie.
error-forbidden = Tu n’as pas la permission de faire ça ici.
error-old-command = Discord affiche encore une ancienne version de cette commande. Réessaie dans une minute.
error-too-fast = Tu envoies des commandes trop vite. Réessaie dans { $seconds } s.
error-servers-only = Busker joue dans les salons vocaux des serveurs. Utilise cette commande sur un serveur.
error-shutting-down = Busker redémarre. Réessaie dans une minute.
error-for-operators = { $sentence }

### /steer

steer-answer = { $seconds ->
    [0] La musique passe à « { $prompt } ».
   *[other] La musique passera à « { $prompt } » dans environ { $seconds } s.
}
steer-title = Modifier la musique
steer-words = Comment ça doit sonner désormais
steer-too-late = Ce morceau est déjà entièrement composé, on ne peut plus le modifier. Modifie le prochain plus tôt.
steer-enough = Cette musique a déjà été modifiée { $most } fois, c’est la limite. Demande un nouveau morceau, ou arrête la radio et lances-en une autre.
steer-kept = Cette piste est rejouée depuis son fichier, on ne peut pas la modifier. Utilise Remix.

### The page of `python -m bot try`: a channel in the browser

try-apps = Applications
try-attach = Joindre un fichier
try-cancel = Annuler
try-choose = Choisir
try-commands = Commandes
try-deafen = Mettre en sourdine
try-deafened = En sourdine
try-faults = Ce qui peut mal tourner
try-hear = Activer le son
try-join = Rejoindre
try-leave = Quitter
try-level = Niveau sonore
try-measured = { $packets } paquets, { $lost } perdus, { $silent } muets ; écarts p99 { $p99 } ms ; { $behind } ms de retard ; { $underruns } coupures ; chiffré de bout en bout : { $encrypted }
try-members = Membres
try-more-people = Ouvrez cette page dans un autre onglet pour entrer sous un autre nom.
try-muted = Micro coupé
try-no = non
try-number = un nombre
try-only-you = Vous seul pouvez voir ceci
try-optional = (facultatif)
try-roles = Vos rôles
try-say = Écrivez, ou tapez / pour les commandes
try-send = Envoyer
try-servers = Serveurs
try-sound = Son
try-spectrogram = Spectrogramme de ce que vous entendez
try-starting = Busker démarre…
try-taken = Vous êtes maintenant ici dans un autre onglet.
try-thinking = Busker réfléchit…
try-too-large = Ce fichier est trop volumineux.
try-volume = Volume
try-yes = oui

### /compose

compose-answer = { $before ->
    [0] Composition de { $seconds } s de « { $prompt } » avec la graine { $seed }.
    [one] Composition de { $seconds } s de « { $prompt } » avec la graine { $seed }. Lecture après un autre morceau.
   *[other] Composition de { $seconds } s de « { $prompt } » avec la graine { $seed }. Lecture après { $before } autres morceaux.
}
compose-stage = Dans une conférence, Busker doit demander la parole. La musique commence dès que la modération accepte.
compose-radio = La radio lui laisse la place et revient quand la file est vide.

### What the model hears of a prompt

heard-as = Le modèle entend « { $prompt } ».
heard-unknown = Le modèle ne connaît pas { $words }.
heard-cut = Le prompt est plus long que ce que le modèle accepte.
heard-nothing = Le modèle ne connaît aucun de ces mots : seule la graine décide du résultat. Décris-le en anglais.

### /radio

radio-answer = { $before ->
    [0] La radio joue « { $prompt } » avec la graine { $seed } jusqu’à ce que tu l’arrêtes avec /{ command-skip } ou /{ command-stop }.
    [one] Après un autre morceau, la radio joue « { $prompt } » avec la graine { $seed } jusqu’à ce que tu l’arrêtes avec /{ command-skip } ou /{ command-stop }.
   *[other] Après { $before } autres morceaux, la radio joue « { $prompt } » avec la graine { $seed } jusqu’à ce que tu l’arrêtes avec /{ command-skip } ou /{ command-stop }.
}
radio-already = Une radio est déjà en cours. Modifie-la avec /{ command-steer } ou arrête-la avec /{ command-skip }.
radio-asleep = Personne n’écoute. La radio dort jusqu’à ce que quelqu’un arrive
radio-enough-today = La radio est terminée : la personne qui l’a lancée a atteint la limite du jour. Quelqu’un d’autre peut en lancer une.
radio-too-slow = Busker compose trop lentement sur cette machine pour une radio. Utilise plutôt /{ command-compose }.
# { $clock } : minutes et secondes, comme 2:58.
keep-answer = Publication des { $clock } dernières minutes de la radio.
keep-too-soon = { $seconds ->
    [one] Il n’y a pas encore assez de musique nouvelle. Réessaie dans { $seconds } s.
   *[other] Il n’y a pas encore assez de musique nouvelle. Réessaie dans { $seconds } s.
}

### What may be asked for

piece-prompt = { $characters ->
    [one] Le prompt a un caractère lisible. Il en faut de { $shortest } à { $longest }.
   *[other] Le prompt a { $characters } caractères lisibles. Il en faut de { $shortest } à { $longest }.
}
piece-seconds = { $field ->
    [interval] Un intervalle de { $seconds } s est hors limites. Choisis de { $lowest } à { $highest } s.
   *[length] Une durée de { $seconds } s est hors limites. Choisis de { $lowest } à { $highest } s.
}
piece-seed = La graine { $seed } est hors limites. Choisis un entier de 0 à { $largest }.
piece-tags = Les informations de ce fichier sur sa création sont inutilisables.

### Where Busker may play and post

permissions-no-voice = Tu n’es dans aucun salon vocal. Rejoins-en un et réessaie.
permissions-full = { $limit ->
    [one] { $channel } est complet ({ $limit } personne). Fais de la place à Busker et réessaie.
   *[other] { $channel } est complet ({ $limit } personnes). Fais de la place à Busker et réessaie.
}
permissions-elsewhere = Busker joue dans { $channel }. Rejoins ce salon et réessaie.
permissions-private = Busker joue dans un salon que tu ne peux pas voir. Réessaie plus tard.
permissions-no-posting = Busker ne peut pas publier de pistes ici. Utilise un salon textuel du serveur.
permissions-missing = { $count ->
    [one] Busker a besoin de la permission { $missing } dans { $channel }. La modération peut l’accorder.
   *[other] Busker a besoin des permissions { $missing } dans { $channel }. La modération peut les accorder.
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
    [pause] { $name } veut mettre la musique en pause : { $votes } voix sur { $needed }. Votez avec /{ command-pause }.
    [resume] { $name } veut reprendre la musique : { $votes } voix sur { $needed }. Votez avec /{ command-resume }.
    [stop] { $name } veut arrêter la musique : { $votes } voix sur { $needed }. Votez avec /{ command-stop }.
    [volume] { $name } veut changer le volume : { $votes } voix sur { $needed }. Votez avec /{ command-volume }.
    [move] { $name } veut déplacer ce morceau dans la file : { $votes } voix sur { $needed }. Votez avec /{ command-queue } { command-queue-move }.
    [remove] { $name } veut retirer ce morceau de la file : { $votes } voix sur { $needed }. Votez avec /{ command-queue } { command-queue-remove }.
    [steer] { $name } veut modifier la musique : { $votes } voix sur { $needed }. Votez avec /{ command-steer } et les mêmes mots.
   *[skip] { $name } veut passer ce morceau : { $votes } voix sur { $needed }. Votez avec /{ command-skip }.
}
rights-role-needed = { $act ->
    [pause] Seuls les membres avec { $role } et la personne qui a demandé le morceau peuvent mettre la musique en pause ici.
    [resume] Seuls les membres avec { $role } et la personne qui a demandé le morceau peuvent reprendre la musique ici.
    [stop] Seuls les membres avec { $role } et la personne qui a demandé le morceau peuvent arrêter la musique ici.
    [volume] Seuls les membres avec { $role } et la personne qui a demandé le morceau peuvent changer le volume ici.
    [move] Seuls les membres avec { $role } et la personne qui a demandé le morceau peuvent le déplacer dans la file ici.
    [remove] Seuls les membres avec { $role } et la personne qui a demandé le morceau peuvent le retirer de la file ici.
    [steer] Seuls les membres avec { $role } et la personne qui a demandé le morceau peuvent le modifier ici.
   *[skip] Seuls les membres avec { $role } et la personne qui a demandé le morceau peuvent le passer ici.
}
rights-role-unset = { $act ->
    [pause] Seule la personne qui a demandé le morceau peut mettre la musique en pause ici. L’administration du serveur peut définir un rôle DJ avec /{ command-settings }.
    [resume] Seule la personne qui a demandé le morceau peut reprendre la musique ici. L’administration du serveur peut définir un rôle DJ avec /{ command-settings }.
    [stop] Seule la personne qui a demandé le morceau peut arrêter la musique ici. L’administration du serveur peut définir un rôle DJ avec /{ command-settings }.
    [volume] Seule la personne qui a demandé le morceau peut changer le volume ici. L’administration du serveur peut définir un rôle DJ avec /{ command-settings }.
    [move] Seule la personne qui a demandé le morceau peut le déplacer dans la file ici. L’administration du serveur peut définir un rôle DJ avec /{ command-settings }.
    [remove] Seule la personne qui a demandé le morceau peut le retirer de la file ici. L’administration du serveur peut définir un rôle DJ avec /{ command-settings }.
    [steer] Seule la personne qui a demandé le morceau peut le modifier ici. L’administration du serveur peut définir un rôle DJ avec /{ command-settings }.
   *[skip] Seule la personne qui a demandé le morceau peut le passer ici. L’administration du serveur peut définir un rôle DJ avec /{ command-settings }.
}
rights-enough-waiting = { $most ->
    [one] Tu as déjà un morceau en attente ou en lecture, c’est la limite ici. Réessaie quand il aura été joué.
   *[other] Tu as déjà { $most } morceaux en attente ou en lecture, c’est la limite ici. Réessaie quand l’un d’eux aura été joué.
}
rights-enough-today = Limite du jour atteinte : tu as utilisé { $used } s sur { $cap }, et il en faut { $seconds }. Remise à zéro { $again }.

moderation-blocked = Tu ne peux pas demander de musique sur ce serveur. Sa modération peut t’en dire plus.
moderation-words = Certains de ces mots ne sont pas autorisés ici. Choisis-en d’autres.

### What plays

playback-nothing = Rien n’est en lecture. Lance quelque chose avec /{ command-compose }.
playback-not-yet = Rien n’est encore en lecture.
playback-not-paused = La musique n’est pas en pause.
playback-stopped = { $forgotten ->
    [0] Arrêté.
    [one] Arrêté, et un morceau en attente retiré.
   *[other] Arrêté, et { $forgotten } morceaux en attente retirés.
}
playback-skipped = « { $prompt } » passé.
playback-paused = En pause. Reprends avec /{ command-resume }.
playback-resumed = Lecture reprise.
playback-volume = Volume réglé à { $percent } %.
queue-full = { $waiting ->
    [one] La file est pleine : un morceau attend déjà. Réessaie quand il aura été joué.
   *[other] La file est pleine : { $waiting } morceaux attendent déjà. Réessaie quand l’un d’eux aura été joué.
}

### Why the music is silent, or ended

voice-waits = { $hold ->
    [alone] Personne n’écoute. La musique attend
    [connecting] Connexion en cours. La musique attend
    [muted] Busker est rendu muet. La musique attend
    [speechless] Busker n’a pas le droit de parler ici. La musique attend
   *[suppressed] Busker a demandé la parole. La musique attend
}
voice-put-out = Busker a été déconnecté du salon vocal.
voice-call-ended = Discord a mis fin à l’appel.
voice-rate-limited = Discord demande à Busker de rester hors du vocal un moment.
voice-unencrypted = Discord signale que Busker ne chiffre pas de bout en bout.
voice-gone = Le salon vocal a été supprimé.
voice-out-of-server = Busker n’est plus sur ce serveur.
voice-not-connected = Busker n’est plus connecté à un salon vocal.
voice-failed = Un problème est survenu avec la connexion vocale.
voice-lost-often = Busker n’a cessé de perdre la connexion vocale.
voice-not-let-in = Discord n’a pas laissé Busker entrer dans { $channel }. Réessaie.
trouble-deserted = Tout le monde a quitté le salon vocal.
trouble-playing = Un problème est survenu pendant la lecture.
trouble-composing = Une erreur s’est produite pendant la composition. Réessaie.
trouble-writing = Une erreur s’est produite pendant l’écriture de la piste. Redemande-la.
trouble-unsaved = Busker n’a pas pu enregistrer cette piste : elle n’existe que dans son message. Préviens la personne qui gère le bot que le disque est peut-être plein.
trouble-lost = Cette piste n’a pu être ni enregistrée ni publiée. Redemande-la.
trouble-kept = { $seconds ->
    [one] Discord n’a pas accepté la piste, et elle n’a pas pu être enregistrée. Prochain essai dans { $seconds } s.
   *[other] Discord n’a pas accepté la piste, et elle n’a pas pu être enregistrée. Prochain essai dans { $seconds } s.
}
trouble-too-large = La piste est trop grande pour être publiée. Elle est enregistrée sous { $file }.
trouble-posted-anyway = { $trouble } La piste sera quand même publiée.
trouble-not-taken = Discord n’a pas accepté la piste. Elle est enregistrée sous { $file }.
trouble-tried-again = { $seconds ->
    [one] Discord n’a pas accepté la piste. Elle est enregistrée sous { $file } ; prochain essai dans { $seconds } s.
   *[other] Discord n’a pas accepté la piste. Elle est enregistrée sous { $file } ; prochain essai dans { $seconds } s.
}

### The engine

engine-closed = Le moteur a été arrêté avant la fin de ce morceau.
engine-not-running = Le moteur ne tourne pas. Réessaie dans une minute.
engine-composed-already = Ce morceau est déjà entièrement composé. Modifie le prochain.
engine-died = { $deaths ->
    [one] Le moteur a planté en composant ce morceau. Essaies-en un autre.
   *[other] Le moteur a planté { $deaths } fois en composant ce morceau. Essaies-en un autre.
}
engine-too-little-memory = Il n’y a pas assez de mémoire pour ce morceau. Essaies-en un plus simple.
engine-does-not-fit = Un morceau de { $seconds } s ne convient pas à ce moteur. Choisis une autre durée.
engine-not-finite = Le modèle a produit des nombres non finis. Essaie une autre graine ; si aucune ne marche, le checkpoint est abîmé ou sa précision trop faible.
engine-channels = { $channels ->
    [one] Le modèle produit un son à un canal. Busker en joue un ou deux.
   *[other] Le modèle produit un son à { $channels } canaux. Busker en joue un ou deux.
}
engine-no-sound = Le modèle a produit quelque chose qui n’est pas un son. Essaie une autre graine.

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
track-not-saved = La piste terminée n’a pas pu être enregistrée : { $why }.
track-not-ours = { $file } n’est pas une piste de Busker.
track-gone = { $file } a disparu ou n’est plus une piste.
recording-too-short = { $file } dure moins de { $shortest } s. Choisis un fichier plus long.
recording-gone = Le son avec lequel ce morceau a été demandé a disparu, ou vient d’un Busker plus ancien. Redemande le morceau avec le fichier.
recording-too-long = { $longest ->
    [one] { $file } dure plus d’une minute. Choisis un fichier plus court.
   *[other] { $file } dure plus de { $longest } minutes. Choisis un fichier plus court.
}
recording-unreadable = { $file } n’est pas lisible comme son. Utilise FLAC, MP3, Ogg, WAV, M4A ou WebM.
recording-silent = Il n’y a pas de son dans { $file }. Choisis un autre fichier.
recording-damaged = { $file } est abîmé : on en entend trop peu. Essaie une autre copie ou un autre format.
recording-too-much = Lire { $file } demande trop de travail. Enregistre-le en stéréo à 48 kHz au plus.

### /settings

settings-managers-only = Il faut la permission de gérer ce serveur pour changer les réglages de Busker.
settings-too-long = Ce Busker compose des morceaux de { $longest } s au plus. Choisis une durée plus courte.
settings-no-role = Pour confier la musique aux DJ, indique aussi leur rôle avec l’option { command-settings.dj_role-name }.
settings-everybody = Tout le monde a le rôle { $role }. Choisis-en un autre, ou { command-settings.rights-name } : { $free }.
settings-not-written = Ce Busker ne peut pas écrire en { $format }. Il écrit en { $formats }.
settings-whole-server = Tout le monde a le rôle { $role }. Choisis un autre rôle.
settings-no-limit = Pour fixer les limites d’un rôle, indique aussi { command-settings.waiting-name } ou { command-settings.minutes-name }.
settings-no-word = « { $word } » ne peut pas être bloqué. Un mot a besoin d’une lettre, d’un chiffre ou d’un symbole, et de { $longest } caractères au plus.
settings-list-full = Cette liste accepte { $most } entrées. Retires-en d’abord.
settings-title = Réglages
settings-shown = Chaque option de /{ command-settings } change un réglage. L’option { command-settings.reset-name } rétablit une valeur par défaut.
settings-changed = Enregistré. Valable dès maintenant.
settings-label = { $option ->
    [announce] Statut du salon vocal
    [block] Membres et rôles bloqués
    [block_words] Mots bloqués
    [translate] Langue des prompts
    [dj_role] Rôle DJ
    [format] Format
    [interval] Intervalle
    [length] Durée
    [minutes] Musique par jour
    [rights] Contrôle de la musique
    [role] Limites des rôles
    [tracks_in] Publication des pistes
    [volume] Volume
   *[waiting] Morceaux en file
}
settings-default = { $value } (par défaut)
settings-seconds = { $seconds } s
settings-automatic = automatique
settings-volume = { NUMBER($share, style: "percent") }
settings-rights = { $rights ->
    [dj] membres avec le rôle DJ
    [vote] auditeurs, par vote
   *[free] tous les auditeurs
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
settings-announced = affiche ce qui joue
settings-not-announced = reste inchangé
settings-translated = traduits en anglais
settings-not-translated = restent tels quels
settings-nothing = aucun
settings-role-quota = { $role } : { $limits }
settings-lines =
    { $first }
    { $then }
settings-blocked-words = { $listed } ({ $count })
settings-blocked = { $listed }
settings-automod = AutoMod
settings-automod-read = { $rules ->
    [0] aucune règle de mots-clés qui bloque
    [one] { $rules } règle de mots-clés s’applique
   *[other] { $rules } règles de mots-clés s’appliquent
}
settings-automod-patterns = { $rules ->
    [one] { $rules } règle de mots-clés s’applique, mais Busker ne sait pas lire { $patterns } de ses expressions régulières
   *[other] { $rules } règles de mots-clés s’appliquent, mais Busker ne sait pas lire { $patterns } de leurs expressions régulières
}
settings-automod-unread = ne s’applique pas : Busker a besoin de la permission Gérer le serveur pour le lire

### /library

library-title = Bibliothèque
library-nothing-made = Il n’y a encore aucune piste que tu puisses voir ici. Crées-en une avec /{ command-compose }.
library-nothing-found = Aucune piste ne correspond. Essaie avec moins de mots.
library-no-more = Il n’y a pas de pistes plus anciennes.
library-line = { $number }. « { $prompt } » · { $seconds } s · { $member } · { $when }
library-choice = { $prompt } · { $seconds } s · graine { $seed }
library-placeholder = Choisis une piste
library-facts = { $seconds } s · graine { $seed } · { $checkpoint }
library-made-for = Composée pour { $member } { $when }.
library-act = { $act ->
    [fetch] Télécharger
    [forget] Supprimer
   *[play] Rejouer
}
library-open = Ouvrir son message
library-older = Plus anciennes
library-gone = Cette piste n’est plus dans la bibliothèque.
library-playing = { $before ->
    [0] Nouvelle lecture de « { $prompt } ».
    [one] Nouvelle lecture de « { $prompt } » après un autre morceau.
   *[other] Nouvelle lecture de « { $prompt } » après { $before } autres morceaux.
}
library-making = { $before ->
    [0] Le fichier de « { $prompt } » a disparu, Busker le recompose. Le son sera le même.
    [one] Le fichier de « { $prompt } » a disparu, Busker le recompose après un autre morceau. Le son sera le même.
   *[other] Le fichier de « { $prompt } » a disparu, Busker le recompose après { $before } autres morceaux. Le son sera le même.
}
library-making-other = { $before ->
    [0] Le fichier de « { $prompt } » a disparu, Busker le recompose. Le son sera différent : il venait de { $then }, et Busker utilise maintenant { $now }.
    [one] Le fichier de « { $prompt } » a disparu, Busker le recompose après un autre morceau. Le son sera différent : il venait de { $then }, et Busker utilise maintenant { $now }.
   *[other] Le fichier de « { $prompt } » a disparu, Busker le recompose après { $before } autres morceaux. Le son sera différent : il venait de { $then }, et Busker utilise maintenant { $now }.
}
library-lost = Le fichier a disparu, et il venait d’un son que Busker ne garde pas : impossible de le refaire.
library-radio-lost = Le fichier a disparu, et un extrait de radio ne peut pas être refait.
library-posted-there = Tu peux la télécharger ici : { $link }.
library-nowhere = Le fichier a disparu et n’a jamais été publié. « Rejouer » le recompose.
library-not-yours = Seules la personne qui a demandé une piste et celles qui gèrent le serveur peuvent la supprimer.
# Le message est celui dans lequel Busker a publié la piste.
library-forgotten = { $message ->
    [deleted] Supprimée, avec son fichier et son message.
    [kept] Supprimée, avec son fichier. Son message n’a pas pu être supprimé : { $link }
    [soon] Supprimée, avec son fichier. Son message sera bientôt supprimé.
   *[none] Supprimée, avec son fichier.
}

### /privacy

privacy-tracks = { $count ->
    [one] { $count } piste
   *[other] { $count } pistes
}
privacy-remembered = Busker garde { $tracks } que tu as demandées, tous serveurs confondus, avec prompts, graines et fichiers. { privacy-for-now } { privacy-what-goes }
privacy-nothing = Busker ne garde aucune piste de toi. { privacy-for-now }
privacy-for-now = Il connaît aussi tes demandes en cours, les cartes qui montrent un morceau de toi, si les gestionnaires d’un serveur t’y ont bloqué et, là où il y a une limite par jour, combien de musique tu as demandée aujourd’hui. Il ne garde rien d’autre sur toi.
privacy-what-goes = Le bouton supprime aussi les fichiers et les messages de Busker avec ces pistes, là où il y a encore accès. Ce qui joue ou attend continue ; une fois terminé, tu pourras le supprimer aussi.
privacy-delete = Supprimer ces pistes
privacy-deleted = Supprimé : { $tracks } avec leurs fichiers.
privacy-erasing = { $messages ->
    [one] Busker supprime maintenant son message avec elles.
   *[other] Busker supprime maintenant ses { $messages } messages avec elles, ce qui prend jusqu’à { $minutes } min.
}
privacy-erased = { $messages ->
    [0] Aucun message de Busker avec elles n’a pu être supprimé.
    [one] Un message de Busker a aussi été supprimé.
   *[other] { $messages } messages de Busker ont aussi été supprimés.
}
# { $links } sont les adresses de ces messages, jusqu’à dix.
privacy-kept = { $messages ->
    [one] Un message n’a pas pu être supprimé. Les membres qui peuvent gérer les messages peuvent le faire : { $links }
   *[other] { $messages } messages n’ont pas pu être supprimés. Les membres qui peuvent gérer les messages peuvent le faire : { $links }
}

### /about and /help

about-busker = Busker compose de la musique pendant que tu l’écoutes.
about-model = Modèle
about-made-on = { $checkpoint } ({ $revision }) sur { $device }
about-licence = Licence du modèle
about-speed = Vitesse
about-times = { $listeners ->
    [one] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } fois le temps réel ; { $listeners } morceau à la fois
   *[other] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } fois le temps réel ; { $listeners } morceaux à la fois
}
about-version = Version
about-no-version = non installé comme paquet
about-permissions = Il lui faut { $needed }, rien d’autre.
about-invite = Inviter Busker
help-title = Pour commencer
help-text =
    Rejoins un salon vocal et tape { $compose } avec une description en français ou en anglais : style, instruments, ambiance, tempo. La musique commence pendant sa composition, et la piste terminée est publiée.

    { $compose } `{ command-compose.prompt-name }: { $first }`
    { $compose } `{ command-compose.prompt-name }: { $second }` `{ command-compose.length-name }: 10` `{ command-compose.seed-name }: 7` donne toujours la même musique
    { $compose } avec `{ command-compose.melody-name }:` ou `{ command-compose.continued-name }:` prend un fichier son ; ou clic droit sur un message vocal, puis Applications
    { $steer } modifie la musique pendant la lecture
    { $radio } joue sans fin tant que quelqu’un écoute ; tu peux en garder les dernières minutes
    { $queue } montre la suite · { $skip } { $pause } { $resume } { $stop } { $volume } contrôlent la lecture
    { $library } retrouve des pistes à rejouer · { $settings } est pour l’administration du serveur
    { $privacy } montre et supprime ce que Busker garde sur toi · { $about } présente le modèle

    Ou essaie l’un de ceux-ci :

### /queue

queue-not-waiting = Ce morceau n’est plus dans la file. Choisis-en un dans la liste ou tape sa position.
queue-title = File d’attente
queue-nothing-waits = Rien n’est en attente.
queue-radio = radio
queue-removed = « { $prompt } » est retiré de la file d’attente.
queue-moved = « { $prompt } » est maintenant en position { $place } dans la file.

### The presence, in English for everybody

presence-idle = /{ command-compose } fait de la musique
presence-playing = { $channels ->
    [one] Joue dans { $channels } salon vocal
   *[other] Joue dans { $channels } salons vocaux
}

### Recordings that members bring

melody-unfollowed = « { $checkpoint } » ne peut pas suivre une mélodie. Un checkpoint de mélodie comme facebook/musicgen-melody le peut ; tous peuvent prolonger un fichier son.
recording-broken = { $name } n’est pas lisible comme son. Essaie un autre format.
recording-large = { $name } fait { $size } Mio. La limite est de { $most } Mio.
recording-line-full = Trop de fichiers de ce serveur attendent. Réessaie dans une minute.
recording-none = Il n’y a pas de son dans ce message. Choisis-en un avec un message vocal ou un fichier son.
recording-one-at-a-time = Busker lit encore un autre de tes fichiers. Réessaie dès que celui-là a sa réponse.
recording-soundless = { $name } n’est pas un son. Utilise un message vocal ou un fichier son.
recording-title-continue = { command-continue-this }
recording-title-melody = { command-compose-on-this-melody }
recording-unfetched = Discord n’a pas fourni { $name }. Publie-le à nouveau et réessaie.
recording-unkept = { $name } n’a pas pu être enregistré. Réessaie ; si ça se répète, préviens la personne qui gère ce bot.
recording-words = Comment ça doit sonner

### The card

card-stopped = Arrêté
card-played = Joué
card-ended-early = Terminé trop tôt
card-paused = En pause
card-holding = { $why }
card-waiting = Dans la file d’attente
card-playing = En lecture
card-composing = En composition
card-composing-for = En composition · premier son dans environ { $seconds } s
card-facts = { $seconds } s · graine { $seed } · pour { $name }
card-line = « { $prompt } » · { $seconds } s · graine { $seed }
card-radio-line = « { $prompt } » · radio · graine { $seed }
card-private = Un morceau demandé dans un salon privé
card-radio-facts = Radio · graine { $seed } · pour { $name }
card-radio-heard = { $clock } de musique
card-bar = { $what ->
    [made] { $bar } { $seconds } s composées sur { $total }
   *[played] { $bar } { $seconds } s jouées sur { $total }
}
card-trouble = **Problème :** { $trouble }
card-trouble-of = **Problème** avec « { $prompt } » : { $trouble }
card-follows = **À suivre**
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
    [steer] Modifier
    [keep] Garder
    [again] Rejouer
    [remix] Remix
   *[extend] Prolonger
}

### After a restart

restart-forgot = { $pieces ->
    [one] Busker a redémarré et abandonné un morceau demandé ici.
   *[other] Busker a redémarré et abandonné { $pieces } morceaux demandés ici.
}

### Again, Remix, Extend

button-over = Ce morceau n’est plus en lecture. Utilise les boutons de la carte la plus récente.
button-gone = Ce morceau est terminé et sa piste n’est pas dans la bibliothèque. Crées-en un autre avec /{ command-compose }.
remake-not-mine = Ce n’est pas une piste de Busker. Choisis un message où Busker en a publié une.
remake-slow = Discord met trop de temps à fournir la piste. Réessaie.
remake-again = { $before ->
    [0] Nouvelle lecture de « { $prompt } ».
    [one] Nouvelle lecture de « { $prompt } » après un autre morceau.
   *[other] Nouvelle lecture de « { $prompt } » après { $before } autres morceaux.
}
remix-title = Remix
remix-words = Comment ça doit sonner
remix-seed = Graine, un entier ; vide : au hasard
remix-no-seed = « { $typed } » n’est pas une graine. Choisis un entier de 0 à { $largest }.
extend-title = Prolonger
extend-seconds = Secondes à ajouter, de { $least } à { $most }
extend-no-number = « { $typed } » n’est pas un nombre de secondes. Essaie 20.
extend-unfinished = Ce morceau est encore en composition. Tu pourras le prolonger quand sa piste sera publiée.
extend-gone = Le fichier de cette piste n’est plus ici. Utilise le bouton Prolonger du message qui contient la piste.
extend-long = Cette piste est trop longue à prolonger. La limite est de { $most } s.
extend-answer = { $before ->
    [0] « { $prompt } » est prolongé de { $seconds } s, à { $total } s, avec la graine { $seed }.
    [one] « { $prompt } » est prolongé de { $seconds } s, à { $total } s, avec la graine { $seed }. Lecture après un autre morceau.
   *[other] « { $prompt } » est prolongé de { $seconds } s, à { $total } s, avec la graine { $seed }. Lecture après { $before } autres morceaux.
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
    [block] { command-settings.block-name }
    [block_words] { command-settings.block_words-name }
    [translate] { command-settings.translate-name }
    [dj] dj
    [dj_role] { command-settings.dj_role-name }
    [everything] tout
    [format] { command-settings.format-name }
    [free] libre
    [interval] { command-settings.interval-name }
    [length] { command-settings.length-name }
    [minutes] { command-settings.minutes-name }
    [rights] { command-settings.rights-name }
    [role] { command-settings.role-name }
    [tracks_in] { command-settings.tracks_in-name }
    [volume] { command-settings.volume-name }
    [vote] vote
    [waiting] { command-settings.waiting-name }
   *[other] { $choice }
}
command-compose = composer
    .description = Compose de la musique d’après ta description et la joue pendant la composition
    .prompt-name = prompt
    .prompt = Comment ça doit sonner, en français ou anglais : style, instruments, ambiance, tempo
    .length-name = durée
    .length = Secondes de musique, 10 au moins ; par défaut, celles du serveur
    .interval-name = intervalle
    .interval = Secondes de musique entre deux fragments, de 0,5 à 2,5 ; automatique par défaut
    .seed-name = graine
    .seed = Même prompt et même graine donnent la même musique ; au hasard par défaut
    .melody-name = mélodie
    .melody = Un fichier son dont suivre la mélodie ; certains modèles seulement
    .continued-name = suite_de
    .continued = Un fichier son à prolonger : la musique commence là où il finit
command-radio = radio
    .description = Joue une musique sans fin tant que quelqu’un écoute
    .prompt-name = { command-compose.prompt-name }
    .prompt = { command-compose.prompt }
    .seed-name = { command-compose.seed-name }
    .seed = { command-compose.seed }
command-stop = arrêter
    .description = Arrête la musique et vide la file
command-skip = passer
    .description = Passe au morceau suivant
command-steer = modifier
    .description = Modifie la musique pendant la lecture
    .words-name = mots
    .words = Comment ça doit sonner désormais
    .blend-name = transition
    .blend = Durée de la transition vers les nouveaux mots, de 0 à 10 s ; 2 par défaut
command-pause = pause
    .description = Met la musique en pause ; la composition continue
command-resume = reprendre
    .description = Reprend la musique en pause
command-queue = file
    .description = Affiche et modifie la file
command-queue-show = voir
    .description = Affiche ce qui joue et la suite
command-queue-move = déplacer
    .description = Déplace un morceau en attente
    .piece-name = morceau
    .piece = Un morceau en attente, ou sa position
    .place-name = place
    .place = Nouvelle position : 1 joue juste après
command-queue-remove = retirer
    .description = Retire un morceau en attente
    .piece-name = morceau
    .piece = Un morceau en attente, ou sa position
command-nowplaying = encours
    .description = Affiche ce qui joue, et ce qui en est composé et joué
command-volume = volume
    .description = Règle le volume dans le salon ; les pistes publiées gardent leur niveau
    .percent-name = pourcentage
    .percent = De 0 à 100 (le plus fort)
command-settings = réglages
    .description = Réglages de ce serveur : durée, volume, contrôle, limites et plus
    .length-name = durée
    .length = Durée par défaut en secondes, 10 au moins
    .interval-name = intervalle
    .interval = Secondes de musique entre deux fragments, de 0,5 à 2,5
    .volume-name = volume
    .volume = Volume au départ, de 0 à 100 pour cent
    .rights-name = droits
    .rights = Qui peut passer, arrêter et mettre en pause, outre gérants et demandeurs
    .dj_role-name = rôle_dj
    .dj_role = Le rôle qui contrôle la musique avec droits : dj
    .tracks_in-name = pistes_dans
    .tracks_in = Le salon textuel où les pistes terminées sont publiées
    .format-name = format
    .format = Format de fichier des pistes, si le fichier est assez petit
    .waiting-name = attente
    .waiting = Morceaux par personne en attente ou en lecture ; 0 pour aucune limite
    .minutes-name = minutes
    .minutes = Minutes de musique par personne et par jour ; 0 pour aucune limite
    .role-name = rôle
    .role = Le rôle auquel s’appliquent les limites ; tout le monde si omis
    .block_words-name = bloquer_mots
    .block_words = Mots à bloquer, avec des virgules ; bad* *bad *bad* bloque aussi les plus longs
    .allow_words-name = autoriser_mots
    .allow_words = Mots bloqués à autoriser de nouveau, avec des virgules
    .block-name = bloquer
    .block = Un membre ou un rôle qui ne peut plus demander de musique
    .allow-name = autoriser
    .allow = Un membre ou un rôle bloqué qui peut de nouveau demander de la musique
    .announce-name = annoncer
    .announce = Affiche ce qui joue dans le statut du salon vocal
    .translate-name = traduire
    .translate = Traduit en anglais les prompts dans d’autres langues
    .reset-name = annuler
    .reset = Rétablit une valeur par défaut, ou toutes
command-library = bibliothèque
    .description = Retrouve les pistes d’ici : rejouer, télécharger, supprimer
    .search-name = recherche
    .search = Mots du prompt ; vide pour les plus récentes
    .by-name = par
    .by = Seulement les pistes demandées par cette personne
command-privacy = confidentialité
    .description = Montre ce que Busker garde sur toi, et le supprime
command-about = infos
    .description = À propos de Busker : modèle, vitesse, invitation
command-help = aide
    .description = Pour commencer, avec des exemples à cliquer
