// values[r] = the ${k} largest of scores[r], largest first, indices[r] = where they stand; equal scores in their order, NaN nowhere.
// Blocks of ${block} are held against the least that was kept so far, and only one that has more is looked at score by score.
#vector = affine_map<(j) -> (j)>
#scalar = affine_map<(j) -> ()>
!row = memref<?xf32, strided<[1], offset: ?>>
!part = memref<${block}xf32, strided<[1], offset: ?>>
!best = memref<${k}xf32, strided<[1], offset: ?>>
!where = memref<${k}xi64, strided<[1], offset: ?>>

func.func @agentopt_top_k(%begin: index, %end: index, %scores: memref<?x?xf32>, %values: memref<?x${k}xf32>, %indices: memref<?x${k}xi64>) {
  %first = arith.constant 0 : index
  %one = arith.constant 1 : index
  %block = arith.constant ${block} : index
  %last = arith.constant ${last} : index
  %lowest = arith.constant 0xFF800000 : f32
  %nowhere = arith.constant -1 : i64
  %false = arith.constant false
  %any = memref.alloca() : memref<i1>
  %n = memref.dim %scores, %one : memref<?x?xf32>
  %rest = arith.remui %n, %block : index
  %whole = arith.subi %n, %rest : index
  scf.for %r = %begin to %end step %one {
    %row = memref.subview %scores[%r, 0] [1, %n] [1, 1] : memref<?x?xf32> to !row
    %best = memref.subview %values[%r, 0] [1, ${k}] [1, 1] : memref<?x${k}xf32> to !best
    %where = memref.subview %indices[%r, 0] [1, ${k}] [1, 1] : memref<?x${k}xi64> to !where
    linalg.fill ins(%lowest : f32) outs(%best : !best)
    linalg.fill ins(%nowhere : i64) outs(%where : !where)
    scf.for %b = %first to %n step %block {
      // What is left after the last whole block is looked at score by score.
      %is_whole = arith.cmpi ult, %b, %whole : index
      %look = scf.if %is_whole -> i1 {
        %part = memref.subview %row[%b] [${block}] [1] : !row to !part
        %least = memref.load %best[%last] : !best
        linalg.fill ins(%false : i1) outs(%any : memref<i1>)
        linalg.generic {indexing_maps = [#vector, #scalar], iterator_types = ["reduction"]}
            ins(%part : !part) outs(%any : memref<i1>) {
          ^bb0(%score: f32, %seen: i1):
            %more = arith.cmpf ogt, %score, %least : f32
            %next = arith.ori %seen, %more : i1
            linalg.yield %next : i1
        }
        %found = memref.load %any[] : memref<i1>
        scf.yield %found : i1
      } else {
        %true = arith.constant true
        scf.yield %true : i1
      }
      scf.if %look {
        %after = arith.addi %b, %block : index
        %stop = arith.minui %after, %n : index
        scf.for %j = %b to %stop step %one {
          %score = memref.load %row[%j] : !row
          %least = memref.load %best[%last] : !best
          %keep = arith.cmpf ogt, %score, %least : f32
          scf.if %keep {
            %place = scf.while (%p = %last) : (index) -> index {
              %inner = arith.cmpi ugt, %p, %first : index
              %before = arith.subi %p, %one : index
              %above = arith.select %inner, %before, %first : index
              %other = memref.load %best[%above] : !best
              %larger = arith.cmpf ogt, %score, %other : f32
              %go_on = arith.andi %inner, %larger : i1
              scf.condition(%go_on) %p : index
            } do {
            ^bb0(%p: index):
              %before = arith.subi %p, %one : index
              %other = memref.load %best[%before] : !best
              %its = memref.load %where[%before] : !where
              memref.store %other, %best[%p] : !best
              memref.store %its, %where[%p] : !where
              scf.yield %before : index
            }
            %index = arith.index_cast %j : index to i64
            memref.store %score, %best[%place] : !best
            memref.store %index, %where[%place] : !where
          }
        }
      }
    }
  }
  return
}
