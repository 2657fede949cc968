/**
 * Where people have their own address, not their company's: a reply from there says nothing about anybody else. The
 * providers that are used most, by countries; who finds one missing adds it.
 */
const FREE_MAIL = new Set(
  `gmail.com googlemail.com
   outlook.com hotmail.com live.com msn.com passport.com windowslive.com
   outlook.de hotmail.de live.de outlook.fr hotmail.fr live.fr outlook.it hotmail.it live.it outlook.es hotmail.es
   hotmail.co.uk live.co.uk outlook.com.br hotmail.com.br live.nl hotmail.nl live.be hotmail.be outlook.jp hotmail.co.jp
   live.ca live.com.au hotmail.com.au live.com.mx live.se hotmail.se live.dk hotmail.dk live.no hotmail.no outlook.in
   yahoo.com ymail.com rocketmail.com myyahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.ca yahoo.in
   yahoo.co.in yahoo.com.br yahoo.co.jp yahoo.com.au yahoo.com.mx yahoo.com.ar yahoo.com.hk yahoo.com.tw yahoo.com.sg
   yahoo.co.id yahoo.se yahoo.no yahoo.dk yahoo.nl yahoo.be yahoo.gr yahoo.ro yahoo.pl
   icloud.com me.com mac.com privaterelay.appleid.com
   aol.com aim.com aol.de aol.fr aol.co.uk verizon.net netscape.net
   proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tuta.io tuta.com tutamail.com keemail.me
   fastmail.com fastmail.fm hey.com hushmail.com mailbox.org posteo.de posteo.net posteo.ch startmail.com runbox.com
   disroot.org riseup.net zoho.com zohomail.com zohomail.eu
   mail.com email.com usa.com post.com europe.com consultant.com engineer.com gmx.com gmx.us gmx.net gmx.de gmx.at gmx.ch
   gmx.eu gmx.fr gmx.co.uk web.de t-online.de freenet.de arcor.de online.de vodafone.de unitybox.de kabelmail.de mail.de
   1und1.de email.de
   bluewin.ch sunrise.ch hispeed.ch bluemail.ch swissonline.ch green.ch quickline.ch
   aon.at chello.at a1.net liwest.at inode.at
   orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr numericable.fr club-internet.fr
   libero.it virgilio.it alice.it tin.it tiscali.it fastwebnet.it poste.it inwind.it iol.it
   telefonica.net terra.es movistar.es ono.com sapo.pt mail.telepac.pt
   btinternet.com btopenworld.com sky.com virginmedia.com ntlworld.com blueyonder.co.uk talktalk.net tiscali.co.uk
   eircom.net ziggo.nl kpnmail.nl planet.nl home.nl xs4all.nl hetnet.nl casema.nl upcmail.nl telenet.be skynet.be
   proximus.be scarlet.be telia.com comhem.se bredband.net spray.se online.no broadpark.no mail.dk stofanet.dk
   wp.pl o2.pl onet.pl onet.eu op.pl interia.pl gazeta.pl tlen.pl seznam.cz email.cz centrum.cz volny.cz post.cz
   azet.sk centrum.sk zoznam.sk freemail.hu citromail.hu abv.bg mail.bg ukr.net i.ua meta.ua
   mail.ru inbox.ru list.ru bk.ru internet.ru yandex.ru yandex.com ya.ru rambler.ru
   comcast.net xfinity.com att.net sbcglobal.net bellsouth.net cox.net charter.net spectrum.net earthlink.net juno.com
   frontier.com centurylink.net windstream.net optonline.net roadrunner.com rr.com mindspring.com
   rogers.com shaw.ca sympatico.ca bell.net telus.net videotron.ca
   bigpond.com bigpond.net.au optusnet.com.au iinet.net.au tpg.com.au xtra.co.nz
   uol.com.br bol.com.br terra.com.br ig.com.br globo.com prodigy.net.mx
   qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com 139.com 189.cn aliyun.com
   naver.com hanmail.net daum.net nate.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp i.softbank.jp nifty.com biglobe.ne.jp
   rediffmail.com sify.com in.com walla.com walla.co.il`
    .split(/\s+/)
    .filter(Boolean),
);

/**
 * The domain that stands for a lead's company: that of the address, as written, so that `eu.acme.example` is another
 * than `acme.example`. Null: an address of a provider of free mail.
 * @param emailCanonical see canonicalEmail
 */
export function companyDomain(emailCanonical: string): string | null {
  const domain = emailCanonical.slice(emailCanonical.lastIndexOf("@") + 1);
  return FREE_MAIL.has(domain) ? null : domain;
}
