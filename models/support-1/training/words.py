"""The names of the synthetic world, in three disjoint sets: train, dev and heldout.

A small model memorises a closed list instead of learning to copy, so in training most names are made up on the fly
(see generator.py); dev and heldout use only the real words below, none of which training ever draws.
"""

def words(text):
    return [w.strip() for w in text.split(",")]

WORDS = {
    "train": dict(
        shop=words("NovaCart,Brightly,Oakline,Merano,Pixelhaus,Tidewater,Lumen,Kestrel"),
        name=words("Anna,Boris,Carla,David,Elif,Farid,Greta,Hugo,Irina,Jonas,Karim,Lena,Marco,Nadia,Omar,Paula,Quinn,Rosa,Stefan,Tara"),
        city=words("Berlin,Lyon,Porto,Oslo,Madrid,Vienna,Krakow,Dublin,Toronto,Seattle,Denver,Osaka,Lima,Cairo,Nairobi,Austin,Milan,Ghent,Leeds,"
                   "Basel,New York,San Diego,Cape Town,Novi Sad,Port Louis,Santa Cruz"),
        carrier=words("DHL,UPS,FedEx,DPD,GLS,Hermes,PostNL,Canpar,Aramex,Yodel,Royal Mail,Blue Dart"),
        product=words("lamp,desk,phone case,backpack,rug,kettle,tablet,watch,jacket,bike helmet,monitor,speaker,mattress,blender,camera,tent,printer,toaster"),
        status=words("processing,packed,shipped,in transit,delivered,delayed,cancelled,returned,on hold,out for delivery,backordered,awaiting payment,"
                     "ready for pickup,partly shipped"),
        subject=words("laptops,headphones,shoes,sofas,gift cards,phones,garden tools,books,toys,jewelry,sale items,custom prints,bicycles,kitchen knives,"
                      "perfumes,swimwear,batteries,used goods,orders from Canada,orders to islands,premium members,students,business customers,"
                      "large parcels,express orders,seasonal items,software,curtains,televisions,guitars,running shoes,leather bags,desk lamps,"
                      "wool blankets,paper maps,coffee machines,baby seats,wall clocks,hand tools,tea sets,travel bags,rain jackets,orders to Mexico,"
                      "new members,small parcels,digital games,summer dresses,kitchen tables,dog beds,car tyres")),
    "dev": dict(
        shop=words("Zephyr,Corvana"),
        name=words("Viktor,Wanda,Xenia,Yusuf"),
        city=words("Zagreb,Bergen,Tampere,Quito,Hanoi,San Jose"),
        carrier=words("Purolator,Evri,Correos"),
        product=words("coffee grinder,scarf,drone,bookshelf"),
        status=words("held at customs,lost,awaiting stock,partially refunded"),
        subject=words("cameras,winter coats,office chairs,tablets,board games,refurbished devices,sunglasses,orders to Norway,gold members,teachers,"
                      "fragile parcels,vinyl records,gas grills,winter boots,rugs,orders to Chile")),
    "heldout": dict(
        shop=words("Maplewood"),
        name=words("Zoe,Bruno,Ingrid,Matteo"),
        city=words("Perth,Bruges,Salzburg,Tallinn,Lagos,El Paso,Rosario,Windhoek"),
        carrier=words("Bpost,Posti,Sagawa,Swift Post"),
        product=words("yoga mat,keyboard,violin,hammock"),
        status=words("in production,waiting for pickup,sent back,with the courier,being sorted,partly delivered"),
        subject=words("monitors,hiking boots,garden chairs,smart watches,puzzles,repaired phones,necklaces,orders to Iceland,silver members,nurses,"
                      "heavy parcels,movie posters,camping stoves,silk scarves,pianos,orders to Peru,skateboards,bath towels,electric kettles,globes")),
}
